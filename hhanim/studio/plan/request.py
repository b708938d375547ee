"""What somebody asked for: one scene, with what it is given, into one file."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hhanim.errors import HHError, did_you_mean
from hhanim.language import ENGLISH, find
from hhanim.look import Theme, get_theme
from hhanim.studio.errors import UsageError
from hhanim.studio.media.formats import Format, format_of
from hhanim.studio.plan.catalogue import Entry
from hhanim.studio.plan.presets import Preset, preset, size
from hhanim.studio.plan.voice import SOUNDS, Take, folder

if TYPE_CHECKING:
    from hhanim.parameters import Values


FASTEST = 1000
"""Frames in a second; as many seconds may a frame last."""


@dataclass(frozen=True)
class Origin:
    """Where in a project file the parts of a request stand: part or parameter → line."""

    path: Path
    lines: Mapping[str, int]


def told_in(origin: Origin | None, part: str) -> str:
    """``hhanim.toml:12: `` where a project file says that part of a request; else nothing."""
    line = origin and origin.lines.get(part)
    return f"{origin.path}:{line}: " if origin and line else ""


@dataclass(frozen=True)
class Request:
    """One scene into one file. What it names is looked up, and its parameters are read, once and when asked for.

    entry: the scene; given: its parameters as given (text or values).
    preset: name of a preset, or None for the scene's own rate at 1080p.
    theme: name of a theme; size: ``WIDTHxHEIGHT`` over the preset's, or None.
    language: code of the language in which it speaks and writes. also: of those in which its captions are wanted
        beside it.
    path: the file to make; its suffix is the format.
    origin: the lines of the project file that say so, for its mistakes.
    sections: of a film, one file per section as well, in ``<name>.sections/``.
    sound: what is heard: ``voice``, where there are recordings; ``spikes``, a click for each as well;
        ``described``, what is seen as well; ``none``.
    takes: the recordings of its lines, once it is made.
    """

    entry: Entry
    path: Path
    given: Mapping[str, Any] = field(default_factory=dict)
    preset: str | None = None
    theme: str = "dark"
    size: str | None = None
    origin: Origin | None = field(default=None, compare=False)
    sections: bool = False
    language: str = ENGLISH
    also: tuple[str, ...] = ()
    sound: str = "voice"
    takes: tuple[Take, ...] = field(default=(), compare=False)

    @property
    def spoken(self) -> bool:
        """Whether what was recorded of its lines is heard, and the film waits for it."""
        return self.sound != "none" and bool(self.format.container)

    @property
    def name(self) -> str:
        """What people call this film: its file name, an MP4's without the suffix."""
        return self.path.stem if self.path.suffix == ".mp4" else self.path.name

    @property
    def format(self) -> Format:
        """The kind of file, which its name says."""
        return format_of(self.path)

    @functools.cached_property
    def use(self) -> Preset:
        """The preset behind the name. Raises UsageError when there is none of that name."""
        with self._placed("preset"):
            return preset(self.preset or "standard")

    @functools.cached_property
    def look(self) -> Theme:
        """The theme behind the name. Raises UsageError when there is none of that name, or the format cannot
        show it."""
        with self._placed("theme"):
            theme = get_theme(self.theme)
            if theme.transparent and not self.format.alpha:
                raise UsageError(
                    f"{self.path.name}: {self.format.name} cannot be transparent; give --format webm, mov, "
                    f"gif or png, or --theme {self.theme.removesuffix('-transparent')}"
                )
            return theme

    @functools.cached_property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the frame, as large as the format takes. Raises UsageError when ``size`` is not one."""
        with self._placed("size"):
            wanted = size(self.size) if self.size else (self.use.width, self.use.height)
        return self.format.fit(*wanted)

    @property
    def recordings(self) -> Path:
        """The folder of the recordings of its lines, relative to the working folder."""
        return folder(self.entry.name, self.language)

    @functools.cached_property
    def values(self) -> Values:
        """What the scene is run with. Raises UsageError when a parameter is not known, or cannot be what was given."""
        from hhanim.parameters import bind

        with self._placed(""):
            return bind(self.entry.name, self.entry.declared, self.given)

    @functools.cached_property
    def time_base(self) -> tuple[int, Fraction]:
        """How many frames, 0 of a film or video, whose length is known at its end; and how many a second.

        A clip says ``frames`` and ``seconds``. A preset's own rate decides the frames, unless ``frames`` was
        given too: then it wins, and the rate follows. A format that cannot have that rate keeps the seconds.
        """
        from hhanim.studio.media.writer import exact_rate

        rate, objects = self.format.rate, self.values.objects
        if self.entry.kind in ("film", "video"):
            return 0, rate(self.use.fps or Fraction(30))
        seconds = Fraction(objects.get("seconds", 5.0)).limit_denominator(100_000)
        frames = objects.get("frames")
        if self.use.fps is not None and not ("frames" in self.given and frames is not None):
            n_frames, fps = max(2, round(seconds * self.use.fps)), self.use.fps
        else:
            n_frames = int(frames or max(2, round(seconds * 30)))
            if not 1 / FASTEST <= n_frames / seconds <= FASTEST:
                with self._placed("seconds"):
                    raise UsageError(
                        f"{n_frames} frames in {float(seconds):g} s: give frames and seconds that make 1 frame in "
                        f"{FASTEST} s to {FASTEST} frames in 1 s"
                    )
            fps = exact_rate(n_frames / seconds)
        n_frames, fps = (
            (n_frames, fps) if rate(fps) == fps else (max(2, round(seconds * rate(fps))), rate(fps))
        )
        if n_frames > self.format.most:
            with self._placed("frames"):
                raise UsageError(
                    f"{n_frames:,} frames: {self.format.name} takes no more than {self.format.most:,}"
                )
        return n_frames, fps

    @property
    def said(self) -> dict[str, Any]:
        """What was given, as JSON."""
        return {name: _said(value) for name, value in sorted(self.given.items())}

    @property
    def choices(self) -> dict[str, Any]:
        """What was chosen beside the scene, what it is given and its size, as JSON: for the stamp and the key alike."""
        return {
            "theme": self.theme,
            "language": self.language,
            "sound": self.sound,
            "sections": self.sections,
            "also": sorted(self.also),
        }

    def settings(self) -> dict[str, Any]:
        """The request as JSON: the part of the stamp that no file decides."""
        use = self.use
        return {
            "scene": f"{self.entry.path.name}:{self.entry.symbol}",
            "given": self.said,
            "preset": [use.name, use.width, use.height, str(use.fps), use.qp, use.speed],
            "size": self.size,
            **{name: chosen for name, chosen in self.choices.items() if chosen},
        }

    def check(self) -> None:
        """Refuse what cannot be. Raises UsageError when the preset, the theme, the size, the language, a given
        parameter or the rate that they make is not possible."""
        self.use, self.pixels, self.look  # noqa: B018
        with self._placed("language"):
            for code in (self.language, *self.also):
                find(code)
        with self._placed("sound"):
            if self.sound not in SOUNDS:
                raise UsageError(f"no sound named {self.sound}{did_you_mean(self.sound, SOUNDS)}")
        if self.given:
            self.time_base  # noqa: B018

    @contextlib.contextmanager
    def _placed(self, part: str) -> Iterator[None]:
        """Put the line of the project file before what is wrong with ``part``."""
        try:
            yield
        except (UsageError, HHError) as error:
            place = told_in(self.origin, getattr(error, "parameter", part))
            from hhanim.studio.mends import told

            said = told(error)
            raise type(said)(f"{place}{said}") from None


def _said(value: Any) -> str | int | float:
    """A given value as JSON; of ``path/to/cell.py:CELL`` not where it lies, which may change."""
    if isinstance(value, str):
        return re.sub(r"^.*[/\\](?=[^/\\]*\.py:)", "", value)
    return value if isinstance(value, int | float) else repr(value)


# What Windows takes for a device, whatever its suffix.
_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    "conin$",
    "conout$",
    *(f"{d}{n}" for d in ("com", "lpt") for n in "123456789¹²³"),
}


LONGEST = 200
"""Bytes of a file's name, which is a little longer while it is written."""


def target(output: str | os.PathLike[str], name: str, suffix: str = ".mp4") -> Path:
    """The file for a name, inside the output folder and nowhere else. Raises UsageError when the name would lead out of
    it, or is none on Windows."""
    folder = output_folder(output)
    if not isinstance(name, str):
        raise UsageError(f"output name {name!r}: give text")
    if not name or name != name.strip(". ") or re.search(r'[/\\:*?"<>|]', name) or unseen(name):
        raise UsageError(
            f"output name {name!r}: give a file name without folders, dots or spaces at its ends, or "
            'any of / \\ : * ? " < > |'
        )
    if name.partition(".")[0].rstrip().lower() in _DEVICES:
        raise UsageError(f"output name {name!r}: is a device on Windows; give another")
    if len(f"{name}{suffix}.json".encode()) > LONGEST:
        raise UsageError(f"output name {name[:20]}…: longer than {LONGEST} bytes")
    return folder / f"{name}{suffix}"


def output_folder(output: str | os.PathLike[str]) -> Path:
    """A folder that there is, or can be. Raises UsageError when it is none."""
    if not isinstance(output, str | os.PathLike):
        raise UsageError(f"output {output!r}: give the path of a folder")
    folder = Path(output)
    if unseen(str(folder)):
        raise UsageError(f"output {str(folder)!r}: has letters that cannot be seen")
    if any(len(os.fsencode(part)) > 255 for part in folder.parts) or len(os.fsencode(folder)) > 3000:
        raise UsageError(f"output {str(folder)[:20]}…: longer than the name of a folder can be")
    if folder.is_symlink() and not folder.exists():
        raise UsageError(f"output {folder}: is a link that leads nowhere")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"output {folder}: is a file, not a folder")
    return folder


def unseen(text: str) -> bool:
    """Whether text has what a terminal obeys or a reader is misled by: control characters, ends of lines, letters that
    turn the direction of writing, halves of letters."""
    return any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in _TURNS for c in text)


_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
