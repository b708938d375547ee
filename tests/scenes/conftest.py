"""What is the same for every test of a scene is worked out once."""

from __future__ import annotations

import pytest

from hhanim.model import analysis


@pytest.fixture(autouse=True, scope="package")
def analyses_made_once():
    """The clips' analyses are the same in every size and theme."""
    made: dict = {}
    slow = (
        analysis.f_i,
        analysis.rheobase,
        analysis.hopf_points,
        analysis.strength_duration,
        analysis.chronaxie,
        analysis.anode_break,
    )
    with pytest.MonkeyPatch.context() as patch:
        for each in slow:

            def once(model, *args, of=each, **how):
                key = (of, model, repr(args), repr(how))
                if key not in made:
                    made[key] = of(model, *args, **how)
                return made[key]

            patch.setattr(analysis, each.__name__, once)
        yield
