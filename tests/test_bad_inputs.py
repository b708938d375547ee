"""Bad input of every kind is one clear line and the right exit code; the whole list is `python -m tests.faults.bad_inputs`."""

from __future__ import annotations

import os
import sys

import pytest

from tests.faults.bad_inputs import cases, fault

pytestmark = pytest.mark.skipif(
    not hasattr(os, "mkfifo") or sys.platform == "win32", reason="pipes and alarms"
)

ALL = list(cases())


def test_there_are_enough_of_each_kind():
    kinds = [case.kind for case in ALL]
    assert len(ALL) >= 300
    assert all(kinds.count(kind) >= 25 for kind in set(kinds))


@pytest.mark.parametrize("case", ALL[::7], ids=lambda case: ascii(str(case))[1:80])
def test_a_share_of_all_bad_inputs(case):
    assert fault(case) == ""
