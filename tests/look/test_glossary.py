"""The glossary is prose that films, pages and handouts share: whole sentences about scenes that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hhanim.look.glossary import seen_in, term, terms
from hhanim.model import HHError

SCENES = {
    re.sub("_(clip|film)$", "", p.stem) for p in (Path(__file__).resolve().parents[2] / "scenes").glob("*.py")
}


@pytest.mark.parametrize("key", terms())
def test_a_term_is_one_sentence_about_scenes_that_exist(key):
    entry = term(key)
    assert re.fullmatch(r"[A-Z][^.?!]*(\d\.\d[^.?!]*)*\.", entry.says), "one sentence"
    assert len(entry.says) <= 2 * 60, "two lines under a picture"
    assert entry.name.lower() not in entry.says.lower(), "not explained by itself"
    assert entry.seen and set(entry.seen) <= SCENES, set(entry.seen) - SCENES


def test_terms_are_found_by_key_and_by_scene():
    assert term("driving-force").name == "driving force"
    assert seen_in("circuit")[0].seen[0] == "circuit"
    assert term("nullcline") in seen_in("reduced") and not seen_in("nothing")
    with pytest.raises(HHError, match="did you mean rheobase"):
        term("reobase")


def test_terms_are_in_order_and_named_once():
    names = [t.name.lower() for t in terms().values()]
    assert names == sorted(set(names))
