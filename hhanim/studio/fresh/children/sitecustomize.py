"""In every Python that a scene starts, and that these start: says what they open, so that it counts as the scene's.

Python runs a module of this name as it begins, from the folder that :func:`go_along` puts on the path of what is
started. It may be another Python, from 3.8 on, and know nothing of hhanim. What it says goes into one file, ended by
nulls: ``r`` a file that was read, ``w`` written, ``l`` a folder listed, ``?`` a file that was looked for, ``a`` one
whose size or time was asked for, ``$`` a variable.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

JOURNAL, PATH = "HHANIM_JOURNAL", "PYTHONPATH"
_FOLDER = os.path.dirname(os.path.abspath(__file__))


def opens(path: Any, mode: Any, flags: Any) -> str:
    """How a file is opened: ``r`` to be read, ``+`` to be added to, ``w`` to be made, or written anew."""
    flags = flags if isinstance(flags, int) else 0
    letters = set(mode) if isinstance(mode, str) else set()
    if not os.path.exists(path) or flags & os.O_TRUNC or letters & set("wx"):
        return "r" if not (flags & (os.O_WRONLY | os.O_RDWR) or letters & set("wxa+")) else "w"
    both = bool(flags & os.O_RDWR) or "+" in letters
    return "r" if both or not (flags & os.O_WRONLY or "a" in letters) else "+"


_ONLY_ASKED = {"exists", "lexists", "isfile", "isdir", "islink", "is_file", "is_dir", "is_symlink", "resolve",
               "realpath", "absolute", "samefile", "mkdir", "makedirs", "is_mount", "ismount"}  # fmt: skip
_OF_LINKS = {"islink", "is_symlink", "lexists"}
_ABOUT = {"stat", "lstat", "getmtime", "getctime", "getatime"}


def ask(users: Callable[[], bool], note: Callable[[str, Any], None]) -> None:
    """From now on say what users' code asks about files, of which Python tells nothing.

    users: whether it is theirs that asks now. note: is told of what kind it is, and the file: ``?`` whether it is
    there, ``!`` that it is not, ``a`` its size, time or mode, ``k`` where a link leads, ``r`` something else of it.
    """
    system: Any = os
    own = os.path.dirname(os.__file__)

    def asking(name: str) -> None:
        usual = getattr(os, name)

        def put(path: Any, *arguments: Any, **options: Any) -> Any:
            if isinstance(path, int) or not users():
                return usual(path, *arguments, **options)
            names, frame = set(), sys._getframe(1)
            while frame.f_back and frame.f_code.co_filename.startswith((own, "<")):
                names.add(frame.f_code.co_name)
                frame = frame.f_back
            if names & _OF_LINKS:
                note("k", path)
            if name in ("access", "readlink") or not names & _ONLY_ASKED:
                note({"access": "?", "readlink": "k"}.get(name, "a" if names <= _ABOUT else "r"), path)
                return usual(path, *arguments, **options)
            try:
                found = usual(path, *arguments, **options)
            except (OSError, ValueError):
                note("!", path)
                raise
            note("?", path)
            return found

        setattr(os, name, put)

    for name in ("stat", "lstat", "access", "readlink"):
        asking(name)

    class Entry:
        """Of a folder, which says when it is asked for its size or time."""

        __class__ = property(lambda _: os.DirEntry)

        def __init__(self, entry: Any) -> None:
            self._entry = entry

        def __getattr__(self, name: str) -> Any:
            return getattr(self._entry, name)

        def __fspath__(self) -> Any:
            return self._entry.path

        def __repr__(self) -> str:
            return repr(self._entry)

        def stat(self, **options: Any) -> Any:
            note("a", self._entry.path)
            return self._entry.stat(**options)

    class Entries:
        """What there is in a folder."""

        def __init__(self, found: Any) -> None:
            self._found, self.close = found, found.close

        def __iter__(self) -> Any:
            return self

        def __next__(self) -> Any:
            return Entry(next(self._found))

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: Any) -> None:
            self.close()

    scan = os.scandir

    def scandir(*arguments: Any, **options: Any) -> Any:
        whose = sys._getframe(1).f_code.co_filename
        direct = not whose.startswith((own, "<")) or "-packages" in whose
        found = scan(*arguments, **options)
        return Entries(found) if direct and users() else found

    system.scandir = scandir


def go_along(journal: str) -> None:
    """From now on whatever Python is started from here says into a file what it opens; the variables here stay.

    journal: the file.
    """
    system: Any = os
    put, unset = os.putenv, os.unsetenv

    def ours(value: Any = "") -> str:
        return os.pathsep.join(filter(None, (_FOLDER, os.fsdecode(value))))

    def put_ours(name: Any, value: Any) -> None:
        put(name, ours(value) if os.fsdecode(name) == PATH else value)

    def unset_ours(name: Any) -> None:
        put(PATH, ours()) if os.fsdecode(name) == PATH else unset(name)

    system.putenv, system.unsetenv = put_ours, unset_ours
    put(JOURNAL, journal)
    put(PATH, ours(os.environ.get(PATH, "")))
    import subprocess  # what scenes start programs with; it is given an environment, or has that of the process

    popen: Any = subprocess.Popen
    usual = popen.__init__
    at = usual.__code__.co_varnames.index("env") - 1

    def begin(self: Any, *words: Any, **options: Any) -> None:
        env = words[at] if len(words) > at else options.get("env")
        if env is not None:
            env = {**{os.fsdecode(k): v for k, v in env.items()}, JOURNAL: journal}
            env[PATH] = ours(env.get(PATH, ""))
            if len(words) > at:
                words = (*words[:at], env, *words[at + 1 :])
            else:
                options["env"] = env
        usual(self, *words, **options)

    popen.__init__ = begin


def _begin() -> None:
    """Once in a program that was started: see to it that what it opens is said, and be gone from its path."""
    journal = os.environ.pop(JOURNAL, "")
    sys.path[:] = [entry for entry in sys.path if entry != _FOLDER]
    rest = [entry for entry in os.environ.pop(PATH, "").split(os.pathsep) if entry != _FOLDER]
    if rest:
        os.environ[PATH] = os.pathsep.join(rest)
    try:
        file = os.open(journal, os.O_WRONLY | os.O_APPEND)
    except OSError:  # whoever wanted to know it is gone
        return
    roots = {os.path.dirname(os.__file__), *(f"{p}/lib" for p in (sys.prefix, sys.base_prefix))}
    own = tuple(f"{root}{os.sep}" for root in roots)
    busy = [False]

    def tell(kind: str, name: Any) -> None:
        if busy[0] or not isinstance(name, (str, bytes, os.PathLike)):
            return
        busy[0] = True
        try:
            path = os.fsdecode(name) if kind == "$" else os.path.abspath(os.fsdecode(name))
            folder, _, inner = path.rpartition(f"{os.sep}__pycache__{os.sep}")
            path = os.path.join(folder, f"{inner.partition('.')[0]}.py") if folder else path
            if not path.startswith(own):
                os.write(file, os.fsencode(f"{kind}{path}\0"))
        except OSError:
            pass
        finally:
            busy[0] = False

    def heard(event: str, words: tuple[Any, ...]) -> None:
        if event == "open":
            tell("r" if isinstance(words[0], int) else opens(*words), words[0])
        elif event in ("os.listdir", "os.scandir"):
            if "importlib" not in sys._getframe(1).f_code.co_filename:
                tell("l", "." if words[0] is None else words[0])
        elif event in ("os.mkdir", "os.rename"):
            tell("w", words[event == "os.rename"])

    class Spy:
        @staticmethod
        def find_spec(name: str, path: Sequence[str] | None = None, target: Any = None) -> None:
            last = name.rpartition(".")[2]
            for entry in sys.path if path is None else path:
                if os.path.join(entry, "").startswith(own):
                    continue
                for file in (os.path.join(entry, last, "__init__.py"), os.path.join(entry, f"{last}.py")):
                    tell("?", file)
                    if os.path.exists(file):
                        return

    def users() -> bool:
        frame: Any = sys._getframe(2)
        while frame and frame.f_code.co_filename.startswith((*own, "<")):
            frame = frame.f_back
        return frame is not None and not busy[0]

    environ: Any = type(os.environ)
    get = environ.__getitem__

    def read(self: Any, name: Any) -> Any:
        frame: Any = sys._getframe(1)
        while frame.f_back and re.search(r"\b(_collections_abc|os)\b[^/\\]*$", frame.f_code.co_filename):
            frame = frame.f_back
        if not frame.f_code.co_filename.startswith((*own, "<frozen")):
            tell("$", name)
        return get(self, name)

    environ.__getitem__ = read
    ask(users, lambda kind, name: tell({"k": "r", "!": "?"}.get(kind, kind), name))
    sys.meta_path.insert(0, Spy)
    sys.addaudithook(heard)
    go_along(journal)


if __name__ == "sitecustomize":
    _begin()
    _ours = sys.modules.pop("sitecustomize")
    try:
        __import__("sitecustomize")  # the one that would have been run
    except ImportError:
        sys.modules["sitecustomize"] = _ours
