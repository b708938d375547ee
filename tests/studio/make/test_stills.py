"""One moment as a picture."""

from __future__ import annotations

import errno
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hhanim.studio.draw.clip import perform
from hhanim.studio.errors import RenderError, UsageError
from hhanim.studio.fresh.job import prepare
from hhanim.studio.make import films
from hhanim.studio.make.stills import still
from hhanim.studio.media import checks
from hhanim.studio.plan import project as projects


def request(name="wave", **settings):
    (found,) = projects.requests([name], projects.Settings(**settings))[0]
    return found


def test_png_is_the_frame_of_that_moment(project):
    path = still(request(), 0.26)
    assert path == Path("output/wave-0.26s-160x90.png")
    job = prepare(request())
    frames = [f.rgba[..., :3].copy() for f in perform(job).frames()]
    with Image.open(path) as picture:
        pixels = np.asarray(picture)
    assert [np.array_equal(pixels, f) for f in frames] == [k == 5 for k in range(8)]  # 20 frames a second


def test_default_moment_is_the_posters(project):
    still(request())
    films.make(request())
    (path,) = Path("output").glob("wave-*s-160x90.png")
    with Image.open(path) as mine, Image.open("output/wave.png") as poster:
        assert np.array_equal(np.asarray(mine), np.asarray(poster))


def test_svg_holds_that_moments_lines_only(project):
    """Not pixels: a path of the wave, the one of this frame and of no other."""
    path = still(request("wave"), 0.2, "svg")
    text = path.read_text()
    assert "<image" not in text
    root = ET.fromstring(text)
    assert root.attrib["viewBox"] == "0 0 160 90"
    lines = [e for e in root.iter("{http://www.w3.org/2000/svg}g") if e.get("id", "").startswith("line2d")]
    long = [
        e for e in lines for p in e.iter("{http://www.w3.org/2000/svg}path") if p.get("d", "").count("L") > 30
    ]
    assert len(long) == 2, "the wave of the first frame stands still, that of the moment is added"
    assert still(request("wave"), 0.2, "svg").read_text() == text


def test_shipped_clip_as_svg_keeps_its_labels_as_outlines(project, monkeypatch):
    from hhanim.studio.plan import catalogue

    monkeypatch.setattr(catalogue, "folders", lambda: [catalogue.shipped()])
    path = still(request("tau"), 2.5, "svg")
    assert "<image" not in path.read_text()


def test_pdf(project):
    path = still(request("wave"), 0.2, "pdf")
    assert path.read_bytes().startswith(b"%PDF")
    again = path.read_bytes()
    assert still(request("wave"), 0.2, "pdf").read_bytes() == again


def test_parameters_and_theme_reach_the_still(project):
    pictures = [still(request(given=given, theme=theme), 0.2).read_bytes()
                for given, theme in (({}, "dark"), ({"level": "0.5"}, "dark"), ({}, "light"))]  # fmt: skip
    assert len(set(pictures)) == 3


@pytest.mark.parametrize(
    ("at", "kind", "words"),
    [
        (0.4, "png", "lasts 0.4 s: give --at less"),
        (9.0, "svg", "lasts 0.4 s: give --at less"),
        (-1.0, "png", "0 or more"),
        (float("nan"), "png", "0 or more"),
        (0.1, "pgn", "did you mean png"),
    ],
)
def test_moments_that_are_not(project, at, kind, words):
    with pytest.raises(UsageError, match=words):
        still(request(), at, kind)
    assert not list(Path("output").glob("*"))


def test_a_disk_on_which_nothing_can_even_be_taken_away(project, monkeypatch):
    """One line, not the trouble of tidying up."""

    def refuse(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(checks, "poster", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(RenderError, match=r"cannot write .*wave-0\.2s-160x90\.png: Read-only file system"):
        still(request(), 0.2)


def test_two_stills_never_share_a_file(project, monkeypatch):
    """Another moment, preset, theme, size, parameter or kind is another name."""
    monkeypatch.delenv("HHANIM_SIZE")
    wanted = [
        request(apart=True, **said)
        for said in ({}, {"preset": "draft"}, {"size": "160x90"}, {"given": {"level": "2"}})
    ]
    wanted += [request(formats=("png",), theme=theme) for theme in ("light", "light-transparent")]
    paths = {
        still(r, at, kind).name for r in wanted for at, kind in ((0.1, "png"), (0.25, "png"), (0.1, "svg"))
    }
    assert len(paths) == 3 * len(wanted)
    assert {
        "wave-0.1s.png",
        "wave-0.25s-draft.png",
        "wave-level=2-0.1s.svg",
        "wave-0.1s-light-transparent.png",
    } <= paths
