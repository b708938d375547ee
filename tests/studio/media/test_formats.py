"""What each format holds, read back from the files by decoders that are not ours."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from hhanim.look.theme import THEMES
from hhanim.studio.errors import UsageError
from hhanim.studio.fresh.status import status
from hhanim.studio.make import films
from hhanim.studio.media import checks, formats, sidecar
from hhanim.studio.media.encode import Quality
from hhanim.studio.media.formats import FORMATS
from hhanim.studio.plan import project as projects

W, H, FPS, N = 320, 180, Fraction(25), 12
SODIUM = (250, 125, 69)
GROUND = (16, 21, 29)


def picture(k: int, *, transparent: bool) -> np.ndarray:
    """A bar that moves, one half as strong, and a soft edge; on the ground or on nothing."""
    frame = np.zeros((H, W, 4), np.uint8)
    if not transparent:
        frame[...] = (*GROUND, 255)
    frame[40:80, 10 * k : 10 * k + 60] = (*SODIUM, 255)
    frame[100:140, 10 * k : 10 * k + 60] = (*SODIUM, 128 if transparent else 255)
    return frame


def write(path: Path, theme: str, n: int = N) -> Path:
    transparent = THEMES[theme].transparent
    with formats.open_writer(
        path, width=W, height=H, fps=FPS, quality=Quality(), theme=THEMES[theme]
    ) as film:
        for k in range(n):
            film.write(picture(k, transparent=transparent))
    return path


def read(path: Path) -> list[np.ndarray]:
    """Frames as RGBA."""
    if path.is_dir():
        return [np.asarray(Image.open(p).convert("RGBA")) for p in sorted(path.iterdir())]
    if path.suffix == ".gif":
        frames = []
        with Image.open(path) as image:
            for k in range(image.n_frames):
                image.seek(k)
                frames.append(np.asarray(image.convert("RGBA")))
        return frames
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        if path.suffix != ".webm":
            return [f.to_ndarray(format="rgba") for f in container.decode(stream)]
        decoder = av.CodecContext.create("libvpx-vp9", "r")  # FFmpeg's own VP9 decoder drops alpha
        return [
            f.to_ndarray(format="rgba") for packet in container.demux(stream) for f in decoder.decode(packet)
        ]


@pytest.mark.parametrize("suffix", [".gif", ".webm", ".mov", ".frames"])
@pytest.mark.parametrize("theme", ["dark", "dark-transparent"])
def test_every_frame_and_colour_comes_back(tmp_path, suffix, theme):
    transparent = THEMES[theme].transparent
    path = write(tmp_path / f"a{suffix}", theme)
    checks.check(path, width=W, height=H, fps=FPS, n_frames=N, transparent=transparent)
    frames = read(path)
    assert len(frames) == N
    for k, frame in enumerate(frames):
        assert np.abs(frame[60, 10 * k + 30].astype(int) - (*SODIUM, 255)).max() <= 2
        if not transparent:
            assert np.abs(frame[20, 5].astype(int) - (*GROUND, 255)).max() <= 2
            continue
        assert frame[20, 5, 3] == 0
        half = frame[120, 10 * k + 30].astype(int)
        if suffix == ".gif":  # there or not: what is half there lies on the theme's ground
            assert np.abs(half - (133, 73, 49, 255)).max() <= 2
        else:
            assert np.abs(half - (*SODIUM, 128)).max() <= 2


@pytest.mark.parametrize("suffix", [".gif", ".webm", ".mov", ".frames"])
def test_repeats_to_the_byte(tmp_path, suffix):
    """WebM too: its track has a fixed identity and its header no clock."""
    (tmp_path / "b").mkdir()
    one = write(tmp_path / f"a{suffix}", "dark-transparent")
    two = write(tmp_path / "b" / f"a{suffix}", "dark-transparent")
    assert sidecar.sha256(one) == sidecar.sha256(two)


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".frames"])
def test_closed_twice_is_closed_once(tmp_path, suffix):
    """The first of many pieces is closed while the third is drawn, and again with all of them."""
    with formats.Films() as films:
        film = formats.open_writer(
            tmp_path / f"a{suffix}", width=W, height=H, fps=FPS, quality=Quality(), theme=THEMES["dark"]
        )
        films.enter_context(film).write(picture(0, transparent=False))
        film.close()
        before = sidecar.sha256(film.path)
    assert sidecar.sha256(film.path) == before
    assert checks.facts(film.path).n_frames == 1


def test_gif_loops_at_whole_hundredths_without_dithering(tmp_path):
    path = write(tmp_path / "a.gif", "dark")
    with Image.open(path) as image:
        assert image.info["loop"] == 0
        durations = set()
        for k in range(image.n_frames):
            image.seek(k)
            durations.add(image.info["duration"])
    assert durations == {40}
    for k, frame in enumerate(read(path)):  # flat stays flat, and exact
        np.testing.assert_array_equal(frame, picture(k, transparent=False))


def test_gif_with_more_colours_than_a_palette(tmp_path):
    """The flat colours, which are most of a drawing, stay exact; a gradient is near."""
    frame = picture(0, transparent=False)
    frame[150:, :, 0] = np.linspace(0, 255, W).astype(np.uint8)
    frame[150:, :, 1] = np.linspace(0, 255, 30).astype(np.uint8)[:, None]
    path = tmp_path / "a.gif"
    with formats.open_writer(
        path, width=W, height=H, fps=FPS, quality=Quality(), theme=THEMES["dark"]
    ) as film:
        film.write(frame)
        film.write(frame)
    first = read(path)[0]
    np.testing.assert_array_equal(first[:100], frame[:100])
    assert np.abs(first[150:].astype(int) - frame[150:]).mean() < 8


@pytest.mark.parametrize(
    ("fps", "rate"), [(60, 25), (30, 25), (25, 25), (20, 20), (15, Fraction(100, 7)), (10, 10)]
)
def test_gif_rates(fps, rate):
    assert FORMATS["gif"].rate(Fraction(fps)) == rate
    assert (100 / FORMATS["gif"].rate(Fraction(fps))).denominator == 1
    assert FORMATS["webm"].rate(Fraction(fps)) == fps


@pytest.mark.parametrize(
    ("size", "fitted"), [((1920, 1080), (960, 540)), ((1080, 1920), (540, 960)), ((640, 360), (640, 360))]
)
def test_gif_size(size, fitted):
    assert FORMATS["gif"].fit(*size) == fitted


def test_several_formats_of_one_scene(project):
    settings = projects.Settings(formats=("mp4", "gif", "webm", "mov", "png"), theme="light")
    events = films.make_all(projects.requests(["wave"], settings)[0])
    assert [e.kind for e in events] == ["done"] * 5
    for name, kind in (("wave.mp4", "h264"), ("wave.gif", "gif"), ("wave.webm", "vp9"), ("wave.mov", "prores"),
                       ("wave.frames", "png")):  # fmt: skip
        path = Path("output", name)
        assert checks.facts(path).codec == kind
        record = sidecar.verify(path)
        assert record["intact"]
        assert record["duration"] == pytest.approx(0.4)
        assert record["alt"] == "A sine."
        assert all(path.with_name(n).exists() for n in record["beside"])
    assert len(json.loads(Path("output/wave.gif.json").read_text())["beside"]) == 4
    assert len(list(Path("output/wave.frames").iterdir())) == 8
    assert [e.kind for e in films.make_all(projects.requests(["wave"], settings)[0])] == ["fresh"] * 5
    Path("output/wave.frames/frame_00003.png").unlink()
    (stale,) = [r for r in projects.requests(["wave"], settings)[0] if not status(r).fresh]
    assert stale.name == "wave.frames"


@pytest.mark.parametrize("theme", ["dark-transparent", "light-transparent"])
def test_transparent_clip(project, theme):
    settings = projects.Settings(formats=("webm", "mov", "gif", "png"), theme=theme)
    assert [e.kind for e in films.make_all(projects.requests(["wave"], settings)[0])] == ["done"] * 4
    for name in ("wave.webm", "wave.mov", "wave.gif", "wave.frames"):
        for frame in read(Path("output", name)):
            assert frame[1, 1, 3] == 0
            assert frame[..., 3].max() >= 250
        with Image.open(Path("output", f"{name}.png")) as poster:
            assert poster.mode == "RGBA"
            assert poster.getpixel((1, 1))[3] == 0
        assert json.loads(Path("output", f"{name}.json").read_text())["transparent"] is True


def test_mp4_cannot_be_transparent(project):
    with pytest.raises(UsageError, match="mp4 cannot be transparent; give --format webm"):
        films.render("wave", theme="dark-transparent")
    assert not Path("output").exists() or not any(Path("output").iterdir())


def test_format_unknown(project):
    with pytest.raises(UsageError, match="did you mean webm"):
        projects.requests(["wave"], projects.Settings(formats=("webn",)))
