"""A record is foreign input: what is not in order is no record, in one line, and names nothing but its film's files."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import msgspec
import pytest

from hhanim.studio.errors import RenderError, UsageError
from hhanim.studio.media import cues, sidecar


@pytest.fixture
def film(tmp_path, a_record) -> Path:
    """A film with poster, captions and two sections, and its record."""
    media = tmp_path / "bb.mp4"
    files = {
        "bb.mp4": b"film",
        "bb.png": b"poster",
        "bb.vtt": b"WEBVTT",
        "bb.sections/01-a.mp4": b"a",
        "bb.sections/02-b.mp4": b"b",
    }
    (tmp_path / "bb.sections").mkdir()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    stops = [sidecar.Section("a", 0.0, 0.2, 0.1, file="bb.sections/01-a.mp4")]
    stops += [sidecar.Section("b", 0.2, 0.4, 0.35, "V rises\nfast", "V", "bb.sections/02-b.mp4")]
    cues.write(tmp_path / "bb.cues.json", "bb.mp4", sidecar.sha256(media), stops)
    beside = ["bb.png", "bb.vtt", "bb.cues.json", "bb.sections"]
    record = a_record(media, beside=beside, hashes=sidecar.hashes(media, beside), sections=stops)
    sidecar.write(sidecar.sidecar_path(media), record)
    return media


def change(media: Path, **fields) -> None:
    path = sidecar.sidecar_path(media)
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_what_is_written_can_be_read(film):
    record = sidecar.read(film)
    assert record == sidecar.record_of(film)
    assert record.as_json() == json.loads(film.with_suffix(".json").read_text())
    assert record.used == {}
    change(film, used={"./helper.py": "1234"}, of_a_later_version=[1])
    assert sidecar.read(film).used == {"./helper.py": "1234"}
    assert sidecar.verify(film)["changed"] == [sidecar.sidecar_path(film).name], "a hand was at it"
    change(film, seal=sidecar.seal(sidecar.read(film)))
    assert sidecar.verify(film)["intact"]


def test_a_record_of_earlier_days_is_read(film):
    """As 0.1.0 wrote it on its first days: without languages, sounds, and where sections stop."""
    path = film.with_suffix(".json")
    said = json.loads(path.read_text())
    early = {k: v for k, v in said.items() if k not in ("language", "also", "lines", "clicks")} | {"seal": ""}
    early["sections"] = [{k: part[k] for k in ("name", "start", "file")} for part in said["sections"]]
    early["seal"] = hashlib.sha256(msgspec.json.encode(early)).hexdigest()
    path.write_text(json.dumps(early))
    assert sidecar.read(film) is not None
    assert sidecar.verify(film)["intact"]
    with pytest.raises(UsageError, match="again"):
        cues.path_of(film).unlink()
        cues.read(film)


SECTION = {"name": "a", "start": 0, "stop": 1, "full": 1}
HOSTILE = {
    "beside a number": {"beside": 3},
    "beside of many": {"beside": ["bb.png"] * 100},
    "beside another folder": {"beside": ["bb-notes"]},
    "beside outside": {"beside": ["../bb.png"]},
    "beside absolute": {"beside": ["/etc/passwd"]},
    "beside dots": {"beside": [".."]},
    "hashes a list": {"hashes": ["bb.png"]},
    "hashes of no hash": {"hashes": {"bb.png": "x"}},
    "hashes outside": {"hashes": {"../secret": "0" * 64}},
    "hashes deep outside": {"hashes": {"bb.sections/../../secret": "0" * 64}},
    "hashes by backslash": {"hashes": {"bb.sections/..\\secret": "0" * 64}},
    "hashes of a dot": {"hashes": {"bb.sections/..": "0" * 64}},
    "hashes with an escape": {"hashes": {"bb.sections/\u001b[31m.mp4": "0" * 64}},
    "section outside": {"sections": [SECTION | {"file": "../outside/private.mp4"}]},
    "section absolute": {"sections": [SECTION | {"file": "/etc/passwd"}]},
    "section that starts never": {"sections": [SECTION | {"start": -1}]},
    "section without a name": {"sections": [{"start": 1}]},
    "key a string": {"key": "x"},
    "key deep": {"key": {"a": {"b": {"c": {"d": 1}}}}},
    "parameters null": {"parameters": None},
    "captions of two": {"captions": [[0, 1]]},
    "captions of ages": {"captions": [[0, 1e300, "x"]]},
    "title null": {"title": None},
    "title of a novel": {"title": "x" * 1_000_000},
    "width a script": {"width": '"><script>alert(1)</script>'},
    "width huge": {"width": 10**30},
    "height below zero": {"height": -1},
    "fps zero": {"fps": 0},
    "no frames": {"n_frames": 0},
    "used of a list": {"used": [["/dev/zero", "x"]]},
    "used null": {"used": None},
    "another's": {"file": "aa.mp4"},
    "sha256 of another kind": {"sha256": "x"},
    "set a number": {"set": 3},
}


@pytest.mark.parametrize("fields", HOSTILE.values(), ids=HOSTILE)
def test_what_is_not_in_order_is_no_record(film, fields):
    change(film, **fields)
    assert sidecar.read(film) is None
    with pytest.raises(UsageError, match=r"bb.json cannot be read \(.+\)") as refused:
        sidecar.verify(film)
    assert "\n" not in str(refused.value)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b"null", b"3", b"\xff\xfe", b"{}", b"[" * 100_000, b'{"a":' * 100_000, b" " * 9_000_000,
     b'{"name": "\\ud800"}', b'{"width": 1e999}', b'{"width": ' + b"9" * 5000 + b"}"],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_what_is_damaged_is_no_record(film, text):
    film.with_suffix(".json").write_bytes(text)
    assert sidecar.read(film) is None
    with pytest.raises(UsageError, match="cannot be read"):
        sidecar.record_of(film)


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "loop"])
def test_what_is_no_file_is_no_record(film, kind):
    path = film.with_suffix(".json")
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if kind == "device" else path)
    assert sidecar.read(film) is None


def test_a_record_that_could_not_be_read_is_not_written(film, a_record):
    path = film.with_suffix(".json")
    before = path.read_bytes()
    for fields in (
        {"title": "x" * (sidecar.LETTERS + 1)},
        {"alt": "\ud800"},
        {"captions": [(0.0, -1.0, "x")]},
    ):
        with pytest.raises(RenderError, match=r"the record of 'bb.mp4' cannot be written"):
            sidecar.write(path, a_record(film, **fields))
    assert path.read_bytes() == before
