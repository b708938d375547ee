"""Words, project files, records and journals that nobody thought of: no traceback, no hang, no heap of memory."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hhanim.studio.errors import StudioError
from hhanim.studio.make import cleaning, manifest
from hhanim.studio.make.work_folder import recover
from hhanim.studio.media import exchange, sidecar
from tests.faults.bad_inputs import RECORDS, Case, fault

pytestmark = pytest.mark.skipif(
    not hasattr(os, "mkfifo") or sys.platform == "win32", reason="pipes and alarms"
)

bounded = settings(max_examples=50, suppress_health_check=list(HealthCheck))

numbers = st.one_of(st.integers(), st.floats(), st.sampled_from([10**18, -1, 0, 2**63, 1e308, 5e-324]))
words = st.one_of(
    st.text(max_size=20), st.sampled_from(["bb", "../x", "/dev/zero", "\x1b[2J", "x" * 400, "CON", "{level}"])
)
texts = words.filter(lambda text: "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text))
plain = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, words),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(words, inner, max_size=4)),
    max_leaves=8,
)


def told_well(case: Case) -> None:
    """Whatever it is, it ends by one of the codes, without a traceback, in time; and never as a surprise."""
    what = fault(case)
    assert not what or what.startswith("exit code 0"), f"{case}: {what}"


@bounded
@given(
    command=st.sampled_from(["render", "check", "list", "verify", "still", "clean", "simulate", "explore", "export", "new"]),
    more=st.lists(
        st.one_of(
            texts,
            st.tuples(st.sampled_from(["--set", "-s"]), st.builds("{}={}".format, texts, st.one_of(texts, numbers))),
            st.tuples(
                st.sampled_from(["--preset", "--theme", "--size", "--name", "--output", "--config", "--at", "--stimulus",
                                 "--duration", "--sample", "--model", "--format", "--kind", "--jobs", "--method"]),
                st.one_of(texts, numbers.map(str)),
            ),
        ),
        max_size=4,
    ),
)  # fmt: skip
def test_words(command, more):
    flat = [part for item in more for part in ([item] if isinstance(item, str) else item)]
    quick = {"render": ["-n"], "explore": ["--no-open"], "export": ["html", "--help"], "still": ["bb"]}.get(
        command, []
    )
    told_well(Case("fuzz", (command, *quick, *flat), -1, lines=-1))


def toml(value: object) -> str:
    """A value as TOML; what TOML has not is left out."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items() if v is not None) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(toml(v) for v in value if v is not None) + "]"
    return json.dumps(value) if isinstance(value, str) else repr(value)


keys = st.one_of(
    texts.map(json.dumps),
    st.sampled_from(
        [
            "preset",
            "theme",
            "size",
            "output",
            "scenes",
            "scenes.bb",
            "targets",
            "tool.hhanim",
            "scenes.bb.gNa",
        ]
    ),
)
lines = st.one_of(
    st.builds("{} = {}".format, keys, plain.filter(lambda v: v is not None).map(toml)),
    st.builds("[{}]".format, keys),
    st.builds("[[{}]]".format, keys),
    st.builds('[[targets]]\nscene = "bb"\n{} = {}'.format,
              st.sampled_from(["name", "set", "sweep", "presets", "themes", "formats", "size"]),
              plain.filter(lambda v: v is not None).map(toml)),
    texts,
)  # fmt: skip


@bounded
@given(text=st.lists(lines, max_size=5).map("\n".join))
def test_project_files(text):
    told_well(
        Case(
            "fuzz",
            ("render", "--dry-run"),
            -1,
            files={"hhanim.toml": text.encode("utf-8", "ignore")},
            lines=-1,
        )
    )


@pytest.fixture(scope="module")
def film(tmp_path_factory, a_record):
    """A folder with a film, as small as can be, and its record as plain data."""
    media = tmp_path_factory.mktemp("fuzz") / "output" / "bb.mp4"
    media.parent.mkdir()
    media.write_bytes(b"film")
    (media.parent / "notes.txt").write_text("mine")
    (media.parent.parent / "precious").write_text("mine")
    sidecar.write(media.with_suffix(".json"), a_record(media))
    return media, json.loads(media.with_suffix(".json").read_text())


def nothing_lost(media: Path) -> None:
    for path in (media.parent / "notes.txt", media.parent.parent / "precious"):
        assert path.read_text() == "mine"


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_records(film, data):
    media, whole = film
    fields = data.draw(st.dictionaries(st.sampled_from(sorted(whole)), plain, max_size=3))
    known = data.draw(st.sampled_from([{}, *(r for r in RECORDS.values() if isinstance(r, dict))]))
    text = json.dumps({**whole, **known, **fields})
    cut = data.draw(st.integers(0, 3))
    media.write_bytes(b"film")
    media.with_suffix(".json").write_text(text[: len(text) // cut] if cut else text, encoding="utf-8")
    try:
        assert sidecar.verify(media)["sha256"]
    except StudioError as error:
        assert "\n" not in str(error)
    cleaning.clean(media.parent)
    nothing_lost(media)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_journals_and_manifests(film, data):
    media, _ = film
    names = st.one_of(
        words, st.sampled_from(["bb.mp4", "notes.txt", "../precious", "bb.sections/x", "bb.mp4/../notes.txt"])
    )
    work = media.parent / exchange.WORK / "bb.mp4.01234567"
    (work / exchange.NEW).mkdir(parents=True, exist_ok=True)
    (work / exchange.NEW / "bb.png").write_text("new")
    journal = {
        "coming": data.draw(st.one_of(plain, st.lists(names, max_size=3))),
        "there": data.draw(
            st.one_of(plain, st.dictionaries(names, st.lists(st.integers(0, 9), min_size=3, max_size=3)))
        ),
    }
    (work / exchange.JOURNAL).write_text(json.dumps(journal), encoding="utf-8")
    recover(media)
    nothing_lost(media)
    listed = data.draw(st.one_of(plain, st.dictionaries(names, st.lists(words, max_size=2), max_size=3)))
    (media.parent / manifest.FILE).write_text(json.dumps(listed), encoding="utf-8")
    cleaning.clean(media.parent)
    nothing_lost(media)
    (media.parent / manifest.FILE).unlink(missing_ok=True)
