"""The base class of every film: parameters, theme, frame, sections and captions.

    class Fire(Film):
        title = "A neuron fires"
        description = "A step of current and the voltage that follows."
        alt = "A voltage trace with one spike."
        model: Membrane = "modern"
        stimulus: Protocol = "step(10, start=5)"

        def construct(self):
            self.part("rest")
            self.caption("Nothing happens at rest.")
            self.play(FadeIn(Words(self.title, color=self.theme.ink)))

It is an ordinary manim scene: ``manim render scenes/fire_film.py Fire`` works, and so does
``hhanim render fire``.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Self, cast

from manim import ManimColor, Scene, config

from hhanim.errors import HHError
from hhanim.language import one_line
from hhanim.look import Quantity
from hhanim.look.type import shape
from hhanim.look.words import tr
from hhanim.mobjects.frame.layout import CAPTION_BAND, MARGIN, Area, fit_frame, ground
from hhanim.mobjects.frame.lettering import LABEL, Formula, Words
from hhanim.parameters import Membrane, Theme, bind


@cache
def _taken(*bases: type) -> frozenset[str]:
    """What a scene, or a film, has or gives itself under its own name, in these of its classes."""
    functions = [f for base in bases for f in vars(base).values() if inspect.isfunction(f)]
    set_later = (i.argval for f in functions for i in dis.get_instructions(f) if i.opname == "STORE_ATTR")
    return frozenset(name for base in bases for name in vars(base)) | frozenset(set_later)


class Film(Scene):
    """A scene whose annotated class attributes are its parameters.

    title, description, alt: literals; they go into the catalogue and the sidecar. poster: the film's most informative
    moment, as a fraction of its length. An attribute annotated ``Membrane`` holds a preset's name and becomes the
    Membrane itself on the instance, with `changes` (gNa=60, celsius=18.5 …) applied; one annotated ``Protocol`` holds
    the protocol's text and becomes the Protocol. `theme` becomes the Theme.

    On the instance: `area` is the part of the frame to draw in (safe margin and captions' band left free), `shape` is
    "wide", "square" or "tall"; so far, in seconds: `captions` holds (start, stop, text), `parts` (start, name),
    `part_ends` when each of these stopped changing, `written` (start, text) of what is written at the top, `clicks`
    when a spike may be heard, `seen` (start, text) what is seen.
    """

    title: ClassVar[str] = ""
    description: ClassVar[str] = ""
    alt: ClassVar[str] = ""
    poster: ClassVar[float] = 0.6
    changes: ClassVar[Mapping[str, Any]] = {}

    model: Membrane = "modern"
    theme: Theme = "dark"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse a parameter whose name is taken: manim, or the film itself, would write over it.

        Raises HHError.
        """
        super().__init_subclass__(**kwargs)
        parameters = inspect.get_annotations(Film).keys() | {"title", "description", "alt", "poster"}
        ours = [base for base in cls.__mro__[1:] if base.__module__.startswith(("hhanim.", "manim."))]
        for name, kind in inspect.get_annotations(cls).items():
            if name not in parameters and "ClassVar" not in str(kind) and name in _taken(*ours):
                raise HHError(
                    f"a film's parameter cannot be called {name}: manim's scenes have one; rename it"
                )

    # -- parameters ----------------------------------------------------------------------------------------

    @classmethod
    def declared(cls) -> dict[str, tuple[Any, Any]]:
        """The signature: parameter → annotation and value on the class; base classes first."""
        found: dict[str, tuple[Any, Any]] = {}
        for base in reversed(cls.__mro__):
            if issubclass(base, Film):
                for name, kind in inspect.get_annotations(base).items():
                    if "ClassVar" not in str(kind) and not name.startswith("_"):
                        found[name] = kind, getattr(cls, name)
        return found

    @classmethod
    def parameters(cls) -> dict[str, Any]:
        """What with_() can change, with its value: the annotated attributes, then the membrane's own."""
        values = bind(cls.__name__, cls.declared(), cls.changes)
        return {name.rpartition(".")[2]: value for name, value in values.plain.items()} | dict(values.objects)

    @classmethod
    def with_(cls, **changes: Any) -> type[Self]:
        """A subclass of the same name with other values: ``Spike.with_(gNa=60, theme="light")``.

        Raises ParameterError, for an unknown name ("did you mean gNa?") and a value that cannot be.
        """
        declared = cls.declared()
        body = {k: v for k, v in changes.items() if k in declared}
        of_membranes = {k: v for k, v in changes.items() if k not in declared}
        body |= {"changes": {**cls.changes, **of_membranes}}
        body |= {"__module__": cls.__module__, "__doc__": cls.__doc__}
        made = cast("type[Self]", type(cls.__name__, (cls,), body))
        bind(cls.__name__, made.declared(), made.changes)  # refused now rather than in the middle of a render
        return made

    # -- life ----------------------------------------------------------------------------------------------

    def __init__(self, renderer: Any = None, **kwargs: Any) -> None:
        for name, value in bind(type(self).__name__, self.declared(), self.changes).objects.items():
            setattr(self, name, value)
        fit_frame(self.theme)
        # manim's cache looks at the scene only: a helper or a model that changed would give the old film.
        config.disable_caching = True
        self.parts: list[tuple[float, str]] = []
        self.part_ends: list[float] = []
        self.written: list[tuple[float, str]] = []
        self.captions: list[tuple[float, float, str]] = []
        self.clicks: list[float] = []
        self.seen: list[tuple[float, str]] = []
        self._speaking: tuple[float, str] | None = None
        self._updated = 0.0
        super().__init__(renderer=renderer, **kwargs)
        # A renderer that was made before the film knows nothing of its theme.
        camera: Any = self.camera
        camera.background_color = ManimColor(ground(self.theme))
        camera.background_opacity = config.background_opacity

    @property
    def membrane(self) -> Membrane:
        """The film's membrane, parameters applied."""
        return self.model

    def update_mobjects(self, dt: float) -> None:
        """Tell what is on the screen how much time has passed: manim leaves out the frame between two animations."""
        now = float(self.time)
        super().update_mobjects(now - self._updated)
        self._updated = now

    def tear_down(self) -> None:
        """The last state holds for a second, and the last caption ends."""
        self.wait(1.0)
        self.end_part()
        self.caption(None)

    # -- sections and captions -----------------------------------------------------------------------------

    def part(self, name: str, *, rest: float = 0.6) -> None:
        """Start a section: one click in a slide deck, one file with ``--sections``; a slide shows this frame.

        The section before it holds its last state for `rest` seconds and its caption ends with it.
        """
        if self.parts and rest > 0.0:
            self.wait(rest)
        self.end_part()
        self.caption(None)
        self.begin_part(name)

    def begin_part(self, name: str) -> None:
        """Its picture stands."""
        self.parts.append((float(self.time), name))
        self.next_section(name)

    def end_part(self) -> None:
        """The picture of the section that has begun, if one has, is about to turn into the next one's."""
        if self.parts:
            self.part_ended(self.parts[-1][1])

    def part_ended(self, name: str) -> None:
        """Called at the end of each section, everything in its last place; tests look at the frame here."""
        self.part_ends.append(float(self.time))

    def caption(self, text: str | None) -> None:
        """Say `text` from now until the next caption, the next section, or the end; None falls silent.

        Nothing is drawn: captions travel beside the film (WebVTT; with plain manim an SRT file).
        """
        now = float(self.time)
        if self._speaking is not None:
            start, words = self._speaking
            if now > start:
                self.captions.append((start, now, words))
                self.add_subcaption(words, duration=now - start, offset=start - now)
        self._speaking = None if text is None else (now, one_line(tr(text)))

    def describe(self, *sentences: str) -> None:
        """What is seen from now on, for those who do not see it: heard, or read by a machine, between the lines."""
        if sentences:
            self.seen.append((float(self.time), " ".join(" ".join(tr(s).split()) for s in sentences)))

    # -- the frame -----------------------------------------------------------------------------------------

    @property
    def shape(self) -> str:
        """ "wide", "square" or "tall"."""
        return shape(config.pixel_width, config.pixel_height)

    @property
    def frame(self) -> Area:
        """The whole frame."""
        x, y = 0.5 * config.frame_width, 0.5 * config.frame_height
        return Area(-x, x, -y, y)

    @property
    def area(self) -> Area:
        """Where to draw: the frame without its safe margin and without the band for captions."""
        f = self.frame
        side, top = MARGIN * f.width, MARGIN * f.height
        return f.inset(side, side, CAPTION_BAND * f.height, top)

    def words(self, text: str, *, size: float = LABEL, color: str | Quantity = "ink", **style: Any) -> Words:
        """Text in the theme's colour of that name ("ink", "muted", "Na", "I_K" …) or quantity."""
        return Words(text, size=size, color=self.theme.color(color), **style)

    def formula(
        self, source: str, *, size: float = LABEL, color: str | Quantity = "ink", **style: Any
    ) -> Formula:
        """A formula in Typst's notation, in the theme's colour of that name."""
        return Formula(source, size=size, color=self.theme.color(color), **style)
