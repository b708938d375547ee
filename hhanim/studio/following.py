"""What programs that a scene starts open, run and ask for, whatever they are: the kernel tells, where it is Linux.

Before a process starts a program it asks that some calls of its own and of all that it starts wait for a word of the
process above it (seccomp, Linux 5.9 and later), which notes the file that each names and lets it go on. What is noted
goes into a file, as :mod:`hhanim.studio.fresh.children.sitecustomize` writes it; a Python that runs that says more, and
is left alone here.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import errno
import os
import platform
import re
import select
import socket
import struct
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

_CALLS = {
    "x86_64": (0xC000003E, 317, {2: "open", 4: "ask", 6: "ask", 21: "ask", 59: "run", 78: "list", 82: "rename",
        83: "make", 217: "list", 257: "open at", 258: "make at", 262: "ask at", 264: "rename at", 269: "ask at",
        316: "rename at", 322: "run at", 332: "ask at", 437: "open how", 439: "ask at"}),
    "aarch64": (0xC00000B7, 277, {34: "make at", 38: "rename at", 48: "ask at", 56: "open at", 61: "list", 79: "ask at",
        221: "run", 276: "rename at", 281: "run at", 291: "ask at", 437: "open how", 439: "ask at"}),
}  # fmt: skip
"""By machine: its number (linux/audit.h), that of seccomp, and those of calls that name files, with what they do."""

_SYSTEM = platform.system()
_os: Any = os  # with what only Linux has
_socket: Any = socket
_select: Any = select
_RECEIVE, _SEND = 0xC0502100, 0xC0182101  # SECCOMP_IOCTL_NOTIF_RECV, _SEND
_desk: Any = None
_followed = threading.local()


def desk() -> tuple[socket.socket, socket.socket] | None:
    """What a process and the one above it talk by, before the former is made; None where nothing can be followed."""
    able = _SYSTEM == "Linux" and platform.machine() in _CALLS and hasattr(os, "pidfd_open")
    if not able or tuple(map(int, re.findall(r"\d+", platform.release())[:2])) < (5, 9):
        return None
    pair: tuple[socket.socket, socket.socket] = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    return pair


def sit_down(end: socket.socket | None) -> None:
    """In the process that may start programs: this is its end."""
    global _desk
    _desk = end


def follow(journal: str) -> None:
    """From now on note what this thread starts, if that can be done.

    journal: the file into which it is noted.
    """
    if _desk is None or getattr(_followed, "now", False):
        return
    _followed.now = True  # and so are the threads and processes that it starts
    machine, seccomp, calls = _CALLS[platform.machine()]
    rows = [(0x20, 0, 0, 4), (0x15, 0, len(calls) + 1, machine), (0x20, 0, 0, 0)]  # which machine, which call
    rows += [(0x15, len(calls) - k, 0, number) for k, number in enumerate(calls)]
    rows += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x7FC00000)]  # go on; wait for a word
    text = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in rows))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(rows), ctypes.addressof(text)))
    library: Any = ctypes.CDLL(None, use_errno=True)
    listener = library.syscall(seccomp, 1, 8, program)  # SET_MODE_FILTER, NEW_LISTENER
    if listener < 0 and ctypes.get_errno() == errno.EACCES:
        library.prctl(38, 1, 0, 0, 0)  # NO_NEW_PRIVS, without which only root may
        listener = library.syscall(seccomp, 1, 8, program)
    if listener < 0:
        return
    with contextlib.suppress(OSError):
        ancillary = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", [listener]))]
        _desk.sendmsg([os.fsencode(journal)], ancillary)
        _desk.recv(1)
    os.close(listener)


def settled() -> None:
    """Wait until all that was done so far is noted."""
    if _desk is not None:
        with contextlib.suppress(OSError):
            _desk.send(b"?")
            _desk.recv(1)


def wait(process: int, end: socket.socket | None) -> int:
    """The status of a process when it has ended; meanwhile, what the programs do that it starts is noted."""
    if end is None:
        return os.waitpid(process, 0)[1]
    watching = _Watching(process, end)
    watching.go_on(_os.pidfd_open(process))
    status = os.waitpid(process, 0)[1]
    watching.leave()
    return status


class _Watching:
    """What processes below one do.

    process: it. end: of what it talks by.
    """

    def __init__(self, process: int, end: Any) -> None:
        self._process, self._end = process, end
        self._listeners: dict[int, str] = {}  # with the journal of each
        self._poll = _select.poll()
        self._tells = {process: True}  # whether a process says by itself what it does
        self._lists: dict[int, list[bytes]] = {}  # folders that a process has listed that may turn out to
        self._leaders: dict[int, int] = {}  # the processes of threads
        self._noted: set[bytes] = set()
        self._pages = _os.sysconf("SC_PAGE_SIZE")

    def go_on(self, ended: int) -> None:
        """Until the process has ended."""
        for number in (ended, self._end.fileno()):
            self._poll.register(number, _select.POLLIN)
        while True:
            for number, event in self._poll.poll():
                if number == ended:
                    self._end.close()
                    os.close(ended)
                    return
                if number == self._end.fileno():
                    self._asked()
                else:
                    self._heard(number, event)

    def leave(self) -> None:
        """What goes on by itself is let alone, by a process that ends with it."""
        for number, event in self._poll_again():
            self._heard(number, event)
        if self._listeners and _os.fork() == 0:
            try:
                kept = sorted(self._listeners)
                for first, last in zip([-1, *kept], [*kept, 65536], strict=True):
                    os.closerange(first + 1, last)
                self._process = 0
                while self._listeners:
                    for number, event in self._poll_again(None):
                        self._heard(number, event)
            finally:
                os._exit(0)
        for number in self._listeners:
            os.close(number)

    def _poll_again(self, timeout: int | None = 0) -> list[tuple[int, int]]:
        self._poll = _select.poll()
        for number in self._listeners:
            self._poll.register(number, _select.POLLIN)
        found: list[tuple[int, int]] = self._poll.poll(timeout)
        return found

    def _asked(self) -> None:
        """The process has something to say."""
        try:
            said, ancillary, _, _ = self._end.recvmsg(4096, _socket.CMSG_SPACE(4))
        except OSError:
            said, ancillary = b"", []
        for _, _, data in ancillary:
            (listener,) = struct.unpack("i", data[:4])
            self._listeners[listener] = os.fsdecode(said)
            self._poll.register(listener, _select.POLLIN)
        if not said:
            self._poll.unregister(self._end.fileno())
            return
        if said == b"?":
            for journal in set(self._listeners.values()):
                for process in list(self._lists):
                    self._write(journal, *self._lists.pop(process))
        with contextlib.suppress(OSError):
            self._end.send(b".")

    def _heard(self, listener: int, event: int) -> None:
        """A call waits for a word; or nobody is left who could make one."""
        fcntl: Any = import_module("fcntl")
        if not event & _select.POLLIN:
            self._poll.unregister(listener)
            os.close(listener)
            del self._listeners[listener]
            return
        told = bytearray(80)
        with contextlib.suppress(OSError):  # it may have been interrupted
            fcntl.ioctl(listener, _RECEIVE, told)
            number, process, _, call, _, _, *words = struct.unpack("QIIiIQ6Q", told)
            try:
                if not self._ours(process):
                    self._note(self._listeners[listener], process, call, words)
            except (OSError, ValueError, OverflowError):
                pass
            finally:
                fcntl.ioctl(listener, _SEND, bytearray(struct.pack("QqiI", number, 0, 0, 1)))

    def _leader(self, thread: int) -> int:
        """The process that a thread belongs to; one that was only forked tells of itself if the one above it does."""
        if thread not in self._leaders:
            about = Path(f"/proc/{thread}/status").read_text(encoding="ascii", errors="replace")
            leader, parent = (int(found) for found in re.findall(r"(?m)^(?:Tgid|PPid):\s*(\d+)", about))
            self._leaders[thread] = leader
            self._tells.setdefault(leader, self._tells.get(parent, False))
        return self._leaders[thread]

    def _ours(self, process: int) -> bool:
        """Whether it is a thread of the process that starts programs, which says itself what it does."""
        return not self._process or Path(f"/proc/{self._process}/task/{process}").exists()

    def _note(self, journal: str, process: int, call: int, words: list[int]) -> None:
        what, _, how = _CALLS[platform.machine()][2][call].partition(" ")
        process = self._leader(process)
        if what == "list":
            name = os.fsencode(os.readlink(f"/proc/{process}/fd/{words[0] & 0xFFFFFFFF}"))  # noqa: PTH115 — bytes
            if not self._tells[process]:
                self._lists.setdefault(process, []).append(b"l" + name)
            return
        if what == "rename":  # the new name counts
            words = words[2:] if how else words[1:]
        path = self._path(process, words, bool(how))
        if not path:
            return
        if what == "run":
            self._tells[process] = False
        if what == "open":
            flags = words[2] if how == "at" else words[1] if not how else self._long(process, words[2])
            if os.fsdecode(path) == journal:
                self._tells[process] = True
                self._lists.pop(process, None)
        if self._tells[process] and what != "ask":
            return
        from hhanim.studio.fresh.children.sitecustomize import opens

        kind = {"ask": b"?", "run": b"r", "make": b"w", "rename": b"w", "open": b"w"}[what]
        if what == "open":
            if Path(os.fsdecode(path)).is_dir():
                return
            kind = opens(os.fsdecode(path), None, flags).encode()
        self._write(journal, kind + path)

    def _path(self, process: int, words: list[int], at: bool) -> bytes:
        """The file that a call names, absolute; nothing for one that is open already."""
        name = self._text(process, words[1 if at else 0])
        if not name or name.startswith(b"/"):
            return os.path.normpath(name) if name else b""
        number = words[0] & 0xFFFFFFFF
        where = f"fd/{number}" if at and number != 0xFFFFFF9C else "cwd"  # AT_FDCWD
        folder = os.fsencode(os.readlink(f"/proc/{process}/{where}"))  # noqa: PTH115
        return os.path.normpath(os.path.join(folder, name))  # noqa: PTH118

    def _text(self, process: int, place: int) -> bytes:
        """Up to its null."""
        found = b""
        with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
            while place and b"\0" not in found and len(found) < 8192:
                memory.seek(place + len(found))
                found += memory.read(self._pages - (place + len(found)) % self._pages)
        return found.partition(b"\0")[0]

    def _long(self, process: int, place: int) -> int:
        with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
            memory.seek(place)
            return int.from_bytes(memory.read(8), sys.byteorder)

    def _write(self, journal: str, *entries: bytes) -> None:
        new = [entry for entry in dict.fromkeys(entries) if entry not in self._noted]
        self._noted.update(new)
        with contextlib.suppress(OSError):  # it goes with whoever wants to know
            file = os.open(journal, os.O_WRONLY | os.O_APPEND)
            os.write(file, b"".join(_of_source(entry) + b"\0" for entry in new))
            os.close(file)


def _of_source(entry: bytes) -> bytes:
    """What Python has compiled stands for its source."""
    folder, found, inner = entry.rpartition(b"/__pycache__/")
    return b"%b/%b.py" % (folder, inner.partition(b".")[0]) if found and inner.endswith(b".pyc") else entry
