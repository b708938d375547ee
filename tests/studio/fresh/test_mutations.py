"""A tenth of the edits of :mod:`tests.studio.fresh.mutations`, of every kind; its command makes them all."""

from __future__ import annotations

import pytest

from tests.studio.fresh import mutations
from tests.studio.fresh.uses import uses


def test_there_are_edits_enough():
    found = mutations.edits(uses())
    assert sum(edit.matters for edit in found) >= 200
    assert sum(not edit.matters for edit in found) >= 60
    assert len({(edit.name, edit.scene) for edit in found}) == len(found)


@pytest.mark.slow
def test_a_tenth_of_all_edits(tmp_path):
    pytest.importorskip("manim")
    assert mutations.run(mutations.edits(uses())[4::10], tmp_path) == []
