"""What libraries underneath say when they fail, and what to do about it: one line for each, in one table."""

from __future__ import annotations

import difflib
import importlib
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from hhanim import user_code
from hhanim.errors import HHError
from hhanim.process import root_log_kept, working_folder
from hhanim.studio.errors import MissingError, RenderError, StudioError, UsageError, pip

# program → what it is to people, and the command that installs it on Debian, macOS and Windows
_LATEX = (
    "LaTeX",
    "sudo apt-get install -y texlive-latex-extra texlive-fonts-extra dvisvgm",
    "brew install --cask mactex-no-gui",
    "winget install MiKTeX.MiKTeX",
)
PROGRAMS = {
    **dict.fromkeys(("latex", "pdflatex", "lualatex", "xelatex", "luatex", "kpsewhich", "dvips"), _LATEX),
    "dvisvgm": ("dvisvgm", "sudo apt-get install -y dvisvgm", *_LATEX[2:]),
    "espeak-ng": (
        "espeak-ng",
        "sudo apt-get install -y espeak-ng",
        "brew install espeak-ng",
        "winget install eSpeak-NG.eSpeak-NG",
    ),
    "dvipng": ("dvipng", "sudo apt-get install -y dvipng", *_LATEX[2:]),
    **dict.fromkeys(
        ("ffmpeg", "ffprobe"),
        ("ffmpeg", "sudo apt-get install -y ffmpeg", "brew install ffmpeg", "winget install Gyan.FFmpeg"),
    ),
}

# import name → what pip installs, where that is another word or an extra of hhanim's
_LIBRARIES = {
    "manim": "hhanim[films]",
    "numba": "hhanim[sweep]",
    "dask": "hhanim[dask]",
    "distributed": "hhanim[dask]",
    "watchfiles": "hhanim[watch]",
    "pptx": "hhanim[slides]",
    "typst": "hhanim[handout]",
    "hibari": "hhanim[speak]",
    "ipywidgets": "hhanim[notebook]",
    "ipykernel": "hhanim[notebook]",
    "IPython": "hhanim[notebook]",
    "font_source_sans_pro": "font-source-sans-pro",
    "PIL": "pillow",
    "cv2": "opencv-python",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
    **{name: name for name in ("av", "bokeh", "celluloid", "h5py", "matplotlib", "neo", "networkx", "numpy", "pandas",
                               "pyabf", "quantities", "requests", "scipy", "seaborn", "statsmodels", "sympy", "tqdm",
                               "xarray")},
}  # fmt: skip


def install(program: str) -> str:
    """The command that installs a program of :data:`PROGRAMS` on this system."""
    _, debian, mac, windows = PROGRAMS[program]
    return {"darwin": mac, "win32": windows}.get(sys.platform, debian)


def _program(name: str) -> StudioError:
    name = re.split(r"[\\/]", name)[-1].removesuffix(".exe")
    if name not in PROGRAMS:
        return RenderError(f"the program {name} is not installed, or not on the PATH")
    what = PROGRAMS[name][0]
    instead = "; mathematics without it: MathTypst" if what == "LaTeX" else ""
    what += f" ({name})" if what != name else ""
    return MissingError(f"needs {what}, which is not installed: {install(name)}{instead}")


def _popen(error: BaseException, found: re.Match[str]) -> StudioError | None:
    """A program that could not be started; on Windows the error does not name it, the call does."""
    *_, (last, _) = traceback.walk_tb(error.__traceback__)
    if last.f_globals.get("__name__") != "subprocess":
        return None
    name = getattr(error, "filename", None) or last.f_locals.get("args")
    if not isinstance(name, list | tuple):
        name = [word for word in re.split(r'"(.+?)"|\s', str(name)) if word]
    return _program(str(name[0]))


def _tex(error: BaseException, found: re.Match[str]) -> StudioError:
    """LaTeX's own words, out of its log."""
    try:
        log = Path(found[1]).read_text(encoding="utf-8", errors="replace")
    except OSError:
        log = ""
    said = re.search(r"^! (.+?)\n(?:.*?^(l\.\d+ .*?)$)?", log, re.MULTILINE | re.DOTALL)
    line = " ".join((f"{said[1]}: {said[2]}" if said[2] else said[1]).split()) if said else str(error)
    lacks = re.search(r"File `(.+?)' not found", line)
    if lacks:
        return MissingError(f"LaTeX lacks {lacks[1]}: {install('latex')}")
    return RenderError(f"LaTeX refuses: {line}")


def _library(error: BaseException, _: re.Match[str]) -> StudioError | None:
    name = str(getattr(error, "name", None) or "").partition(".")[0]
    if name in _LIBRARIES:
        return MissingError(f"needs {name}, which is not installed: {pip(_LIBRARIES[name])}")
    return None


def _file(_: BaseException, found: re.Match[str]) -> StudioError:
    """A picture, drawing or sound that manim looks for."""
    beside = f"Path(__file__).parent / {Path(found[1]).name!r}"
    return RenderError(f"no file {found[1]} in {Path.cwd()}; one beside the scene is {beside}")


def _shared(error: BaseException, found: re.Match[str]) -> StudioError:
    name = getattr(error, "name", None) or "a library"
    if re.search("cairo|pango|glib", f"{found[0]} {error} {name}"):
        command = f"{MANIM_SYSTEM} && {pip('hhanim[films]', again=True)}"
    else:
        command = pip(str(name).partition(".")[0], again=True)
    return MissingError(f"{name} cannot be loaded ({' '.join(str(error).split())}): {command}")


MANIM_SYSTEM = "sudo apt-get install -y gcc python3-dev pkg-config libcairo2-dev libpango1.0-dev"
"""What manim is built with; Debian's names."""


def _gone() -> StudioError | None:
    """The working folder, where a path is asked for and there is none."""
    if working_folder() is None:
        return UsageError("the working folder is no longer there; change to one that is")
    return None


def _line(text: str, kind: type[StudioError] = RenderError) -> Callable[..., StudioError]:
    return lambda error, found: kind(text)


# exception (or a base of it), what it says, what to tell; the first that fits and gives something
_TABLE: tuple[tuple[str, str, Callable[[BaseException, re.Match[str]], StudioError | None]], ...] = (
    ("FileNotFoundError", "typeface", _line("the typeface Source Sans is missing: "
        + pip("font-source-sans-pro", again=True), MissingError)),
    ("FileNotFoundError", "", _popen),
    ("RuntimeError", r"process string with \w+ because (\w+) could not be found", lambda _, found: _program(found[1])),
    ("RuntimeError", r"Requested MovieWriter \((\w+)\) not available", lambda _, found: _program(
        "ffmpeg" if found[1].startswith("ffmpeg") else found[1])),
    ("ValueError", r"does not support converting \S+ files to SVG", lambda *_: _program("dvisvgm")),
    ("ValueError", r"error converting to \w+\..*?log file: (.+\.log)", _tex),
    ("ImportError", r"cannot open shared object|DLL load failed|Library not loaded|image not found|undefined symbol",
        _shared),
    ("ModuleNotFoundError", "", _library),
    ("OSError", r"could not find (.+?) at either of these locations", _file),
    ("ValueError", r"embedded null (byte|character)", _line("a name with a null byte in it is none", UsageError)),
    ("OSError", r"File name too long", lambda error, _: UsageError(
        f"{str(getattr(error, 'filename', ''))[:40]}…: longer than a name can be")),
    ("FileNotFoundError", r"\[Errno 2\] No such file or directory$", lambda *_: _gone()),
    ("SystemExit", "", lambda error, _: RenderError(user_code.words(error))),
    ("MemoryError", "", _line("out of memory; a smaller --preset or --size, or fewer frames or samples, take less")),
)  # fmt: skip


def known(error: BaseException) -> StudioError | None:
    """What the table has for an error, if anything."""
    kinds = {base.__name__ for base in type(error).__mro__}
    for kind, pattern, tell in _TABLE:
        if (
            kind in kinds
            and (found := re.search(pattern, user_code.text(error), re.DOTALL))
            and (told := tell(error, found))
        ):
            return told
    return None


def told(error: BaseException, whose: str = "", path: Path | None = None) -> StudioError:
    """Any error as one line that says what to do.

    whose: what the line begins with. path: the user's file that was run; without, hhanim or a library failed.
    """
    if isinstance(error, StudioError):
        return error
    mend = known(error)
    if path is None and isinstance(error, SyntaxError) and error.filename:
        path = Path(error.filename)  # of a user's that was read, not run
    head = (f"{whose}: " if whose else "") + (user_code.place(error, path) if path else "")
    if isinstance(
        error, HHError
    ):  # the model's line says it all, down to the remedy, unless its file lacks something
        lacks = known(error.__cause__) if isinstance(error.__cause__, ImportError) else None
        return (type(lacks) if lacks else RenderError if path else UsageError)(f"{head}{lacks or error}")
    if mend is not None:
        return type(mend)(f"{head}{mend}")
    said = user_code.words(error)
    if isinstance(error, ModuleNotFoundError) and path:
        said += _beside(str(error.name), path)
    elif isinstance(error, RecursionError):
        said += "; something calls itself without end"
    if path is None:
        said += _ours(error)
    failure = RenderError(f"{head}{said}")
    if path and (own := user_code.frames(error, path)):
        failure.trace = "".join([*traceback.format_list(own), *traceback.format_exception_only(error)])
    return failure


def _beside(name: str, path: Path) -> str:
    """What may have been meant by a module that is not there."""
    stems = [p.stem for p in path.parent.glob("*.py")]
    near = difflib.get_close_matches(name, stems, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; put {name}.py beside {path.name}, or install its library for {sys.executable}"


def _ours(error: BaseException) -> str:
    """Where an error came from that hhanim did not expect."""
    frames = [
        f
        for f in traceback.extract_tb(error.__traceback__, limit=-user_code.DEEPEST)
        if user_code.PACKAGE in Path(f.filename).parents
    ]
    if not frames or isinstance(error, OSError):
        return ""
    file = Path(frames[-1].filename).relative_to(user_code.PACKAGE.parent).as_posix()
    return f" ({file}:{frames[-1].lineno}; all of it with HHANIM_TRACEBACK=1)"


def need(module: str, extra: str, what: str) -> None:
    """Load an optional library. Raises MissingError when it is not there or cannot be loaded, with the command that
    installs it."""
    try:
        with root_log_kept():
            importlib.import_module(module)
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] != module:
            raise _unloadable(module, what, extra, error) from error
        raise MissingError(f"{what} needs {module}: {pip(f'hhanim[{extra}]')}") from None
    except Exception as error:  # a library of the system that it needs, or one of its plugins
        raise _unloadable(module, what, extra, error) from error


def _unloadable(module: str, what: str, extra: str, error: Exception) -> MissingError:
    mend = known(error)
    why = f"{mend}" if mend else f"{user_code.words(error)}; {pip(f'hhanim[{extra}]', again=True)}"
    return MissingError(f"{what} needs {module}, which does not load: {why}")
