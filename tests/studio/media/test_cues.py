"""Cues: what a deck is made of belongs to its film, and is foreign input that is told of in one line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hhanim.studio.errors import UsageError
from hhanim.studio.media import cues, sidecar

STOPS = [
    sidecar.Section("a", 0.0, 0.2, 0.1, "V rises\nfast", "V falls", "bb.sections/01-a.mp4"),
    sidecar.Section("b", 0.2, 0.4, 0.35),
]


@pytest.fixture
def film(tmp_path, a_record) -> Path:
    """A film with two cues."""
    media = tmp_path / "bb.mp4"
    media.write_bytes(b"film")
    (tmp_path / "bb.sections").mkdir()
    (tmp_path / "bb.sections/01-a.mp4").write_bytes(b"a")
    cues.write(cues.path_of(media), media.name, sidecar.sha256(media), STOPS)
    beside = ["bb.cues.json", "bb.sections"]
    record = a_record(media, beside=beside, hashes=sidecar.hashes(media, beside))
    sidecar.write(sidecar.sidecar_path(media), record)
    return media


def change(media: Path, **fields) -> None:
    path = cues.path_of(media)
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_what_is_written_can_be_read(film):
    assert cues.read(film) == STOPS
    assert [cue.heading for cue in STOPS] == ["V rises", "b"]
    assert sidecar.verify(film)["intact"]
    assert cues.path_of(film.with_suffix(".gif")).name == "bb.gif.cues.json"


def test_cues_edited_by_hand_are_taken_and_seen(film):
    stops = [{"name": "all", "start": 0, "stop": 0.4, "full": 0.3}]
    change(film, sections=stops)
    assert cues.read(film) == [sidecar.Section("all", 0.0, 0.4, 0.3)]
    assert sidecar.verify(film)["changed"] == ["bb.cues.json"]


def test_cues_saved_by_an_editor_on_windows(film):
    path = cues.path_of(film)
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig", newline="\r\n")
    assert cues.read(film) == STOPS


@pytest.mark.parametrize("what", ["the film", "its cues"])
def test_a_film_that_was_made_again_since_its_cues(film, what):
    if what == "the film":
        film.write_bytes(b"another")
    else:
        change(film, sha256="0" * 64)
    with pytest.raises(
        UsageError, match=r"bb.mp4 was made again since its cues, bb.cues.json: render bb again"
    ):
        cues.read(film)


CUE = {"name": "a", "start": 0, "stop": 0.4, "full": 0.3}
HOSTILE = {
    "none": {"sections": []},
    "numbers": {"sections": [1, 2]},
    "no start": {"sections": [{"name": "a"}]},
    "before the film": {"sections": [CUE | {"start": -1}]},
    "after its end": {"sections": [CUE | {"stop": 4}]},
    "of ages": {"sections": [CUE | {"stop": 1e300}]},
    "backwards": {"sections": [CUE | {"start": 0.4, "stop": 0.1}]},
    "of nothing": {"sections": [CUE | {"start": 0.3, "stop": 0.3}]},
    "full elsewhere": {"sections": [CUE | {"stop": 0.2}]},
    "a gap": {"sections": [CUE | {"stop": 0.3}, CUE | {"start": 0.35, "full": 0.36}]},
    "outside": {"sections": [CUE | {"file": "../outside/private.mp4"}]},
    "absolute": {"sections": [CUE | {"file": "/etc/passwd"}]},
    "words of a novel": {"sections": [CUE | {"first": "x" * (sidecar.LETTERS + 1)}]},
    "no film": {"film": None},
}


@pytest.mark.parametrize("fields", HOSTILE.values(), ids=HOSTILE)
def test_what_is_not_in_order_is_told_in_a_line(film, fields):
    change(film, **fields)
    with pytest.raises(UsageError, match=r"bb.cues.json") as refused:
        cues.read(film)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize("text", [b"", b"{", b"null", b"\xff\xfe", b"[" * 100_000, b'{"film": "\\ud800"}'])
def test_what_is_damaged_is_told_in_a_line(film, text):
    cues.path_of(film).write_bytes(text)
    with pytest.raises(UsageError, match=r"bb.cues.json cannot be read \(.+\)"):
        cues.read(film)


@pytest.mark.parametrize("kind", ["nothing", "folder", "device"])
def test_what_is_no_file(film, kind):
    path = cues.path_of(film)
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to(os.devnull)
    with pytest.raises(UsageError, match=r"bb.cues.json cannot be read \(.+\): .*render bb again"):
        cues.read(film)
