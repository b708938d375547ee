"""Coming and going by opacity alone: nothing is copied, and what follows a clock goes on following it.

class Hello(Film):
    def construct(self):
        words = Words("sodium enters", color=self.theme.color("Na"))
        self.play(Appear(words), run_time=0.5)
        self.play(Vanish(words), Appear(words.copy().shift(DOWN)), run_time=0.8)

manim's own FadeIn and FadeOut copy the object with everything it knows, which for a patch of membrane costs more
than drawing it, and hold its updaters still meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

import numpy as np
from manim import Animation, Mobject, VGroup, smooth, squish_rate_func

_COLORS = ("fill_rgbas", "stroke_rgbas", "background_stroke_rgbas")


class Picture(VGroup):
    """A mobject as it is drawn at this moment, which follows nothing: to go while the mobject itself has moved on."""

    def __init__(self, mobject: Any) -> None:
        super().__init__()
        for part in mobject.family_members_with_points():
            still = copy(part)
            still.submobjects, still.updaters = [], []
            arrays = {name: value for name, value in vars(part).items() if isinstance(value, np.ndarray)}
            vars(still).update({name: value.copy() for name, value in arrays.items()})  # changed in place
            self.add(still)


class _Fade(Animation):
    """Opacity between none and the object's own, `between` two fractions of the run time."""

    def __init__(self, mobject: Mobject, between: tuple[float, float], **kwargs: Any) -> None:
        rate: Callable[[float], float] = squish_rate_func(smooth, *between)
        super().__init__(mobject, rate_func=rate, suspend_mobject_updating=False, **kwargs)

    def create_starting_mobject(self) -> Any:
        styled = dict.fromkeys(m for m in self.mobject.get_family() if hasattr(m, "fill_rgbas"))
        opacities = ((m, kind, getattr(m, kind)[:, 3].copy()) for m in styled for kind in _COLORS)
        self._opacities = [(m, kind, own) for m, kind, own in opacities if own.any()]
        return self.mobject

    def share(self, done: float) -> float:
        """The share of its opacity that is shown when that fraction of the fade is done."""
        raise NotImplementedError

    def interpolate_mobject(self, alpha: float) -> None:
        share = self.share(self.rate_func(alpha))
        for mobject, kind, own in self._opacities:
            colors = getattr(mobject, kind)
            if len(colors) == len(own):  # a new array: cameras compare with the frame before
                colors = colors.copy()
                colors[:, 3] = own * share
                setattr(mobject, kind, colors)


class Appear(_Fade):
    """A mobject comes, in the part `between` of the animation's run time."""

    def __init__(self, mobject: Mobject, *, between: tuple[float, float] = (0.0, 1.0), **kwargs: Any) -> None:
        super().__init__(mobject, between, introducer=True, **kwargs)

    def share(self, done: float) -> float:
        return done


class Vanish(_Fade):
    """A mobject goes; off the screen it has its own opacity back."""

    def __init__(self, mobject: Mobject, *, between: tuple[float, float] = (0.0, 1.0), **kwargs: Any) -> None:
        super().__init__(mobject, between, remover=True, **kwargs)

    def share(self, done: float) -> float:
        return 1.0 - done

    def clean_up_from_scene(self, scene: Any) -> None:
        super().clean_up_from_scene(scene)
        self.interpolate(0.0)
