"""Work done apart: each piece in a process of its own, forked from one in which the libraries it needs are loaded.

Whatever the work does to its process, settings of libraries, patches, the working folder, an end in the middle,
nobody else meets it; and nothing that the process which asked has done to itself reaches the work, but its working
folder, its environment and its import path. Where processes cannot be forked, work of users' code takes a new one
each time.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from hhanim import process
from hhanim.studio import loaded
from hhanim.studio.errors import OutdatedError, RenderError, StudioError, travels

FORKS = sys.platform.startswith("linux")

ATTEMPTS = 5
"""How often work is begun anew because hhanim was edited after the process for it had begun."""

Hear = Callable[[Any], None]


class LostError(RuntimeError):
    """The process that did the work is gone, killed perhaps, out of memory."""


class Elsewhere(Exception):  # noqa: N818 — the cause of one, for Python to show
    """What a user's code has raised in another process: the traceback from there, as text."""

    def __str__(self) -> str:
        return f"in another process\n{super().__str__()}"


class Workplace:
    """Processes that do work, one for each that is asked for at the same time.

    warm: ``module:function``, called once in a process before any work is done there.
    forks: whether a process is forked for each work; if None, where that can be done.
    """

    def __init__(self, warm: str, *, forks: bool | None = None) -> None:
        self._warm, self._forks = warm, FORKS if forks is None else forks
        self._idle: list[_Server] = []
        self._busy: set[_Server] = set()
        self._lock = threading.Lock()
        atexit.register(self.stop)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        """A copy of this process has no part in what the original does."""
        self._lock, self._idle, self._busy = threading.Lock(), [], set()

    def get_ready(self) -> None:
        """There will be work: load what it needs meanwhile."""
        with self._lock:
            if not self._idle:
                self._idle.append(_Server(self._warm, self._forks))

    def do(
        self,
        work: str,
        *arguments: Any,
        folder: Path | None = None,
        shared: bool = False,
        hear: Hear = lambda _: None,
    ) -> Any:
        """What the function ``work``, as ``module:function``, gives for the arguments, done apart.

        folder: the working folder; None is that of this process.
        shared: whether, where processes cannot be forked, one that has done such work already will do.
        hear: is told what the work says by :func:`say`.
        Raises LostError when its process is lost, PicklingError when an argument cannot be sent; else what
        the work raises.
        """
        try:
            order = pickle.dumps(
                (work, arguments, shared, folder or process.working_folder(), dict(os.environ), _path())
            )
        except Exception as error:
            raise pickle.PicklingError(str(error)) from error
        for _ in range(ATTEMPTS):
            with self._lock:
                server = self._idle.pop() if self._idle else _Server(self._warm, self._forks)
                self._busy.add(server)
            whole = False
            try:
                kind, result = server.do(order, hear)
                whole = kind != "moved" and server.alive
            finally:
                with self._lock:
                    self._busy.discard(server)
                    if whole:
                        self._idle.append(server)
                if not whole:
                    server.end()
            if kind == "done":
                return result
            if kind == "failed":
                trace = result.trace if isinstance(result, StudioError) else ""
                raise result from (Elsewhere(trace) if trace else None)
            if kind == "died":
                raise LostError(f"its process {_ended(result)}")
        raise OutdatedError("hhanim is edited all the time: try again when it stays as it is")

    def stop(self) -> None:
        """End all processes, whatever they are doing."""
        with self._lock:
            servers = [*self._idle, *self._busy]
            self._idle.clear()
        for server in servers:
            server.end()


class _Server:
    """A process that waits for work."""

    def __init__(self, warm: str, forks: bool) -> None:
        begin = "import sys; sys.path[:] = {!r}; from hhanim.studio import apart; apart._serve({!r}, {!r})"
        unset = ("MPLBACKEND", "MATPLOTLIBRC", "MPLSTYLE")
        self._process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-c", begin.format(_path(), warm, forks)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parent,  # where no library finds a configuration
            env={**{k: v for k, v in os.environ.items() if k not in unset}, "PYTHONHASHSEED": "0"},
        )
        self._worker: int | None = None

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def do(self, order: bytes, hear: Hear) -> tuple[str, Any]:
        """Have work done: how it ended (done, failed, died, moved: by another process, please), and with what."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            _put(self._process.stdin, order)
        except OSError:
            return "died", self._process.wait()
        end = None
        while True:
            try:
                kind, what = pickle.load(self._process.stdout)
            except (EOFError, pickle.UnpicklingError, OSError, ValueError):  # it is gone, or we have ended it
                kind, what = "free", self._process.wait()
            if kind == "worker":
                self._worker = what
            elif kind == "text":
                name, text = what
                print(text, end="", file=getattr(sys, name), flush=True)
            elif kind == "said":
                hear(what)
            elif kind == "free":
                self._worker = None
                return end or ("died", what)
            else:
                end = kind, what

    def end(self) -> None:
        for pid in (self._worker, self._process.pid if self.alive else None):
            if pid is not None:
                with contextlib.suppress(OSError):
                    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))  # Windows has the latter alone
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()


def _ended(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended with {code}"
    name = next((known.name for known in signal.Signals if known == -code), str(-code))
    return f"was ended by {name}{' (out of memory?)' if name == 'SIGKILL' else ''}"


def _path() -> list[str]:
    """This process's import path, in words that mean the same in any folder."""
    return [str(Path(entry).absolute()) for entry in dict.fromkeys(sys.path)]


def _put(stream: BinaryIO | Any, message: bytes) -> None:
    stream.write(message)
    stream.flush()


_answers: Any = None
_own = 0
_one_at_a_time = threading.Lock()


def _tell(kind: str, what: Any) -> None:
    """Tell it to whoever had asked for work; when there is nobody any more, there is nothing left to do.

    A copy of this process that the work has made, and let go on as if it were itself, ends here.
    """
    if kind != "text" and os.getpid() != (_own or os.getpid()):
        os._exit(0)
    message = pickle.dumps((kind, what))
    with _one_at_a_time:
        try:
            _put(_answers, message)
        except OSError:
            os._exit(1)


def inside() -> bool:
    """Whether this is a process in which work is done apart."""
    return _answers is not None


def say(what: Any) -> None:
    """Tell whoever had asked for the work that is done here."""
    _tell("said", what)


def _serve(warm: str, forks: bool) -> None:
    """What a server does: load what is needed, then work."""
    global _answers
    loaded.exactly()
    orders, _answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what a library prints below Python's feet
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the affair of whoever asked
    sys.stdout, sys.stderr = _Relay("stdout"), _Relay("stderr")
    from hhanim.studio import following  # its libraries, which who only checks films can do without

    module, _, function = warm.partition(":")
    gc.disable()  # hundreds of thousands of objects come to stay
    try:
        getattr(import_module(module), function)()
        failure = None
    except Exception as error:  # without the libraries the work will say so itself, or tell this
        failure = _portable(error)
    gc.freeze()
    gc.enable()
    while True:
        try:
            order = pickle.load(orders)
        except (EOFError, OSError):
            return
        work, arguments, shared, folder, environment, path = order
        if loaded.moved_on():
            _tell("moved", None)
            return
        code = 0
        if failure is not None:
            _tell("failed", failure)
        elif sys.platform != "win32" and forks:
            above, below = following.desk() or (None, None)
            worker = os.fork()
            if worker == 0:
                following.sit_down(below)
                _last(orders, work, arguments, folder, environment, path)
            if below is not None:
                below.close()
            code = os.waitstatus_to_exitcode(following.wait(worker, above))
        else:
            _work(None if shared else orders, work, arguments, folder, environment, path)
            if not shared:
                return
        _tell("free", code)


def _last(*call: Any) -> NoReturn:
    """Do the work, and end this process with nothing else."""
    global _own
    code, _own = 1, os.getpid()
    process.may_fork = True
    try:
        _tell("worker", _own)
        _work(*call)
        code = 0
    finally:
        os._exit(code)


def _work(
    orders: Any, work: str, arguments: Any, folder: Path | None, environment: Any, path: list[str]
) -> None:
    """Do the work and tell how it ended; when nobody gives ``orders`` any more, there is nobody to tell."""
    if orders is not None:

        def follow() -> None:
            with contextlib.suppress(OSError, ValueError):
                orders.read(1)
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()
    try:
        os.environ.clear()
        os.environ.update(environment)
        sys.path[:] = path
        if folder is not None:
            os.chdir(folder)
        module, _, function = work.partition(":")
        end = "done", getattr(import_module(module), function)(*arguments)
    except BaseException as error:
        end = "failed", _portable(error)
    _tell(*end)


def _portable(error: BaseException) -> BaseException:
    """The error, or what can be said of it, where it does not travel."""
    if travels(error):
        return error
    traceback.clear_frames(error.__traceback__)
    said = RenderError(f"{type(error).__name__}: {error}")
    said.trace = error.trace if isinstance(error, StudioError) else ""
    return said


class _Relay(io.TextIOBase):
    """What is printed here appears where the work was asked for."""

    encoding = "utf-8"

    def __init__(self, name: str) -> None:
        self._name = name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text:
            _tell("text", (self._name, text))
        return len(text)
