"""The encoder: what a player finds in the file, and that rectangles, whole frames and repeats agree to the
byte."""

from __future__ import annotations

import errno
import gc
import math
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from hhanim.studio.media import changes, checks, encode
from hhanim.studio.media.encode import Encoder, Quality
from hhanim.studio.media.formats import Films
from hhanim.studio.media.join import Chapter, Tracks, join
from hhanim.studio.media.sheet import Yuv
from hhanim.studio.media.writer import EncodeError, exact_rate

W, H = 320, 180


def moving(n: int, width: int = W, height: int = H):
    """A dot wandering over a ground: frames and what changed in each."""
    frame = np.empty((height, width, 4), np.uint8)
    frame[...] = (16, 21, 29, 255)
    old = (0, 0, 0, 0)
    for k in range(n):
        frame[old[1] : old[3], old[0] : old[2]] = (16, 21, 29, 255)
        x, y = 7 + 3 * k % (width - 20), 5 + 5 * k % (height - 20)
        new = (x, y, x + 9, y + 7)
        frame[y : y + 7, x : x + 9] = (250, 125, 69, 255)
        yield frame, [old, new]
        old = new


def film(path: Path, n: int = 40, fps: float | Fraction = 30, *, dirty: bool = True, **size: int) -> Path:
    size = {"width": W, "height": H, **size}
    with Encoder(path, fps=fps, **size) as encoder:
        for frame, rects in moving(n, **size):
            encoder.write(frame, rects if dirty else None)
    return path


def decoded(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [f.to_ndarray(format="yuv420p") for f in container.decode(video=0)]


def test_media_facts(tmp_path):
    found = checks.check(
        film(tmp_path / "a.mp4", fps=Fraction(100, 3)), width=W, height=H, fps=Fraction(100, 3), n_frames=40
    )
    assert found.codec == "h264"
    assert found.pix_fmt == "yuv420p"
    assert found.fps == Fraction(100, 3)
    assert found.duration == pytest.approx(1.2)
    assert found.colours == (1, 1, 1)
    assert checks.facts(tmp_path / "a.mp4").faststart


def test_constant_rate_every_30_ms(tmp_path):
    with av.open(str(film(tmp_path / "a.mp4", fps=Fraction(100, 3)))) as container:
        times = [f.time for f in container.decode(video=0)]
    assert times[0] == 0
    np.testing.assert_allclose(np.diff(times), 0.03, atol=1e-9)


@pytest.mark.parametrize(
    ("fps", "exact"), [(100 / 3, "100/3"), (29.97, "2997/100"), (15, "15"), (12.5, "25/2")]
)
def test_exact_rate(fps, exact):
    assert exact_rate(fps) == Fraction(exact)


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf")])
def test_impossible_rate(fps):
    with pytest.raises(EncodeError, match="above 0"):
        exact_rate(fps)


@pytest.mark.parametrize("size", [(64, 64), (37, 51), (1, 1), (8, 9)])
def test_changes_are_found_and_are_few(size):
    rng = np.random.default_rng(0)
    now, film = np.zeros(size, np.uint32), np.ones(changes.even(*size), np.uint32)
    found = changes.Changes(now)
    for n in (math.inf, 0, 1, 3, 40):  # all of the first frame is new
        if n < math.inf:
            now[rng.integers(size[0], size=n), rng.integers(size[1], size=n)] += np.uint32(1)
        tiles, pixels = found.find(now, [(-3, -3, size[1], size[0] - 1), (0, 1, size[1] + 9, 99)])
        changes.lay(film, tiles, pixels)
        assert np.array_equal(film[: size[0], : size[1]], now)
        assert len(tiles) <= n


def test_nothing_is_new_outside_of_a_frame():
    found, now = changes.Changes(np.zeros((64, 64), np.uint32)), np.zeros((64, 64), np.uint32)
    found.find(now, None)
    outside = [(-20, 0, -9, 9), (0, -20, 9, -9), (64, 0, 80, 9), (99, 99, 120, 120)]
    assert not found.find(now + np.uint32(1), outside)[0].size


def test_dirty_rectangles_and_whole_frames_give_the_same_bytes(tmp_path):
    one, two = film(tmp_path / "a.mp4"), film(tmp_path / "b.mp4", dirty=False)
    assert one.read_bytes() == two.read_bytes()


def test_what_a_small_rectangle_changed_a_large_one_changes_back(tmp_path):
    """Small rectangles are copied, large ones compared: both with the same frame before."""
    still = np.full((256, 256, 4), 255, np.uint8)
    dotted = still.copy()
    dotted[40:60, 70:90, :3] = 0
    small, large = [(70, 40, 90, 60)], [(0, 0, 250, 250)]
    for name, dirty in (("told.mp4", (None, small, large, small)), ("found.mp4", (None,) * 4)):
        with Encoder(tmp_path / name, width=256, height=256, fps=25) as encoder:
            for frame, where in zip((still, dotted, still, dotted), dirty, strict=True):
                encoder.write(frame, where)
    assert (tmp_path / "told.mp4").read_bytes() == (tmp_path / "found.mp4").read_bytes()


def test_repeats_to_the_byte(tmp_path):
    assert film(tmp_path / "a.mp4").read_bytes() == film(tmp_path / "b.mp4").read_bytes()


def test_colours_are_bt709(tmp_path):
    """Every patch within half a step of the formula of ITU-R BT.709-6, and back within 2/255."""
    rng = np.random.default_rng(1)
    colours = np.concatenate([rng.integers(0, 256, (61, 3)), [[0, 255, 0], [255, 255, 255], [0, 0, 0]]])
    frame = np.full((16, 64 * 16, 4), 255, np.uint8)
    frame[..., :3] = np.repeat(colours, 16, axis=0)
    with Encoder(
        tmp_path / "c.mp4", width=frame.shape[1], height=16, fps=25, quality=Quality("medium", 1)
    ) as e:
        e.write(frame)
        (planes,) = zip(*e._sheet.convert(frame.view(np.uint32)[None, ..., 0]), strict=True)
        e.write(frame)
    r, g, b = colours.T / 255
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    exact = 16 + 219 * y, 128 + 224 * (b - y) / 1.8556, 128 + 224 * (r - y) / 1.5748
    for plane, values, step in zip(planes, exact, (16, 8, 8), strict=True):
        np.testing.assert_allclose(plane[4, step // 2 :: step], values, atol=0.501)


def test_conversion_is_local():
    """Tiles converted alone equal the same places of the frame converted whole."""
    rng = np.random.default_rng(2)
    words = rng.integers(0, 2**32, (90, 130), dtype=np.uint32)

    sheet = Yuv(130, 90, "yuv420p")
    (whole,) = zip(*sheet.convert(words[None]), strict=True)
    for row in range(3):
        for column in range(5):
            part = words[30 * row : 30 * row + 30, 26 * column : 26 * column + 26]
            sheet.put(np.array([5 * row + column]), sheet.convert(part[None]))
    for a, b in zip(sheet.planes, whole, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("codec", [encode.H264, encode.VP9_ALPHA, encode.PRORES_ALPHA], ids=lambda c: c.name)
def test_where_pixels_are_converted_does_not_matter(tmp_path, monkeypatch, codec):
    """Few new pixels are converted by the caller, many by the thread: the film is the same to the byte."""

    def written(name):
        rng = np.random.default_rng(3)
        frame = np.zeros((H, W, 4), np.uint8)
        with Encoder(tmp_path / name, width=W, height=H, fps=30, codec=codec, ground=(9, 90, 190)) as encoder:
            for _ in range(8):
                x, y = rng.integers(0, (W - 40, H - 30))
                frame[y : y + 30, x : x + 40] = rng.integers(0, 256, (30, 40, 4))
                encoder.write(frame, [(x, y, x + 40, y + 30)])
        return (tmp_path / name).read_bytes()

    monkeypatch.setattr(Yuv, "LIGHT", 0)
    there = written("there")
    monkeypatch.setattr(Yuv, "LIGHT", W * H)
    assert written("here") == there


def test_odd_sizes_are_padded(tmp_path):
    found = checks.facts(film(tmp_path / "a.mp4", width=321, height=181))
    assert (found.width, found.height) == (322, 182)


def test_buffer_may_be_reused_at_once(tmp_path):
    """The thread must not see what the caller draws next into the same buffer."""
    levels = [20, 200, 60, 240, 120] * 4
    frame = np.zeros((64, 64, 4), np.uint8)
    with Encoder(tmp_path / "a.mp4", width=64, height=64, fps=25, quality=Quality("ultrafast", 1)) as encoder:
        for level in levels:
            frame[...] = level
            encoder.write(frame, [(0, 0, 64, 64)])
            frame[...] = 255 - level
    seen = [f[:64].mean() for f in decoded(tmp_path / "a.mp4")]
    np.testing.assert_allclose(seen, [16 + level * 219 / 255 for level in levels], atol=1.5)


@pytest.mark.parametrize("shape", [(H, W, 3), (H + 1, W, 4), (W, H, 4)])
def test_wrong_shape(tmp_path, shape):
    with (
        pytest.raises(EncodeError, match="takes uint8"),
        Encoder(tmp_path / "a.mp4", width=W, height=H, fps=30) as e,
    ):
        e.write(np.zeros(shape, np.uint8))
    assert list(tmp_path.iterdir()) == []


def test_a_film_that_has_ended_keeps_no_pictures(tmp_path):
    """One of sixty pieces may wait for the others: it becomes whole without being closed, and small."""
    with Encoder(tmp_path / "a.mp4", width=1920, height=1080, fps=30) as encoder:
        encoder.write(np.zeros((1080, 1920, 4), np.uint8))
        encoder.end()
        encoder._thread.join()
        held = [x for x in vars(encoder).values() if not isinstance(x, int | str | float | bool)]
        assert not any(isinstance(x, changes.Changes | Yuv | np.ndarray) for x in held)
        assert not (tmp_path / "a.mp4").exists()
    assert checks.facts(tmp_path / "a.mp4").n_frames == 1


def test_no_more_than_two_films_are_encoded_at_a_time(tmp_path):
    """Drawn faster than they are encoded, sixty pieces would all be in memory."""
    paths = [tmp_path / f"{k}.mp4" for k in range(5)]
    with Films() as films:
        for k, path in enumerate(paths):
            encoder = films.enter_context(Encoder(path, width=W, height=H, fps=30))
            for frame, rects in moving(40):
                encoder.write(frame, rects)
            films.end(encoder)
            assert [p.exists() for p in paths[:k]] == [True] * k
        assert not path.exists()
    assert [checks.facts(p).n_frames for p in paths] == [40] * 5


def test_failure_of_the_caller_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"before")
    with pytest.raises(ZeroDivisionError), Encoder(path, width=W, height=H, fps=30) as encoder:
        encoder.write(np.zeros((H, W, 4), np.uint8))
        raise ZeroDivisionError
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_error_in_the_thread_reaches_the_caller(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "a.mp4"
    path.write_bytes(b"before")
    monkeypatch.setattr(Yuv, "put", full)
    with (
        pytest.raises(EncodeError, match="No space left"),
        Encoder(path, width=W, height=H, fps=30) as encoder,
    ):
        for _ in range(50):
            encoder.write(np.zeros((H, W, 4), np.uint8))
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_threads_take_short_turns_only_while_a_film_is_encoded(tmp_path, monkeypatch):
    seen: list[float] = []
    put = Yuv.put

    def watched(self, tiles, parts):
        seen.append(sys.getswitchinterval())
        if (parts[0] == 16).any():  # black
            raise OSError(errno.ENOSPC, "No space left on device")
        put(self, tiles, parts)

    monkeypatch.setattr(Yuv, "put", watched)
    usual = sys.getswitchinterval()
    with Encoder(tmp_path / "long.mp4", width=W, height=H, fps=30) as long:
        with (
            pytest.raises(EncodeError),
            Encoder(tmp_path / "broken.mp4", width=W, height=H, fps=30) as broken,
        ):
            broken.write(np.zeros((H, W, 4), np.uint8))
        long.write(np.full((H, W, 4), 99, np.uint8))
    assert len(seen) == 2 and max(seen) < usual
    assert sys.getswitchinterval() == usual


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted as Linux does")
def test_threads_end_with_the_film_though_somebody_keeps_the_encoder(tmp_path):
    """A process forked later would wait for ever for those of an encoder that is freed there."""

    def threads():
        return len(list(Path("/proc/self/task").iterdir()))

    film(tmp_path / "first.mp4")  # whatever else starts threads has done so
    gc.collect()  # those of encoders that other tests have kept end
    before = threads()
    with Encoder(tmp_path / "a.mp4", width=W, height=H, fps=30) as whole:
        for frame, _ in moving(20):
            whole.write(frame)
        assert threads() > before
    with (
        pytest.raises(ZeroDivisionError),
        Encoder(tmp_path / "b.mp4", width=W, height=H, fps=30) as abandoned,
    ):
        abandoned.write(np.zeros((H, W, 4), np.uint8))
        raise ZeroDivisionError
    end = time.monotonic() + 600  # one that has ended is listed for an instant more
    while threads() > before and time.monotonic() < end:
        time.sleep(0.01)
    assert threads() <= before


def test_no_frames_no_film(tmp_path):
    with (
        pytest.raises(EncodeError, match="not one frame"),
        Encoder(tmp_path / "a.mp4", width=W, height=H, fps=30),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_not_there(tmp_path):
    with pytest.raises(EncodeError, match="No such file"):
        Encoder(tmp_path / "nowhere" / "a.mp4", width=W, height=H, fps=30)


@pytest.mark.parametrize(
    ("codec", "suffix", "fps"),
    [
        (encode.H264, ".mp4", Fraction(100, 3)),
        (encode.PRORES, ".mov", Fraction(30000, 1001)),
        (encode.VP9, ".webm", Fraction(60)),  # whole milliseconds: a piece of 20 frames ends 1/3 ms late
        (encode.VP9, ".webm", Fraction(90)),  # rates that cannot be guessed from them
        (encode.VP9, ".webm", Fraction(144)),
    ],
    ids=lambda x: getattr(x, "name", None),
)
def test_join_keeps_every_frame(tmp_path, codec, suffix, fps):
    """Pieces encoded apart and joined decode to the frames of the pieces, at their times."""
    frames = [(f.copy(), r) for f, r in moving(50)]
    parts = []
    for k, piece in enumerate((frames[:20], frames[20:40], frames[40:])):
        parts.append(tmp_path / f"part{k}{suffix}")
        with Encoder(parts[-1], width=W, height=H, fps=fps, codec=codec) as encoder:
            for frame, _ in piece:
                encoder.write(frame)
    whole = join(parts, tmp_path / f"whole{suffix}", fps, codec.container)
    checks.check(whole, width=W, height=H, fps=fps, n_frames=50)
    for a, b in zip(decoded(whole), [f for p in parts for f in decoded(p)], strict=True):
        np.testing.assert_array_equal(a, b)
    with av.open(str(whole)) as container:
        times = [f.time for f in container.decode(video=0)]
    np.testing.assert_allclose(times, np.arange(50) / float(fps), atol=5.1e-4)


def test_leaf():
    """numpy and PyAV, nothing that draws."""
    code = "import sys, hhanim.studio.media.encode; print(*{m.split('.')[0] for m in sys.modules})"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    assert {"av", "numpy"} <= loaded
    assert not loaded & {"matplotlib", "manim", "celluloid", "scipy", "PIL", "pydantic"}


@pytest.mark.parametrize(("language", "three"), [("de", "deu"), ("es", "spa"), ("en", "eng")])
def test_every_track_says_its_language_that_of_the_chapters_as_well(tmp_path, language, three):
    said = {language: [(0.0, 1.0, "Ein Wort.")], "fr": [(0.0, 1.0, "Un mot.")]}
    chapters = [Chapter("Vorher", 0.0, 0.6), Chapter("Später", 0.6, 1.2)]
    part, sound = film(tmp_path / "part.mp4"), [np.zeros(48_000, np.float32)]
    whole = join(
        [part], tmp_path / "whole.mp4", 30, tracks=Tracks(chapters=chapters, captions=said, sound=sound)
    )
    with av.open(str(whole)) as container:
        tracks = [(s.type, s.metadata["language"]) for s in container.streams]
        assert [c["metadata"]["title"] for c in container.chapters()] == ["Vorher", "Später"]
    own = [(kind, three) for kind in ("video", "audio", "subtitle")]
    assert tracks == [*own, ("subtitle", "fra"), ("data", three)]
    for a, b in zip(decoded(whole), decoded(part), strict=True):
        np.testing.assert_array_equal(a, b)
