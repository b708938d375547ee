"""The program: its commands, and what becomes of whatever goes wrong in one of them."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import click

from hhanim import __version__
from hhanim.cli import export, language, lecture, machine, media, neuron, scenes, voice
from hhanim.cli.output import complain
from hhanim.process import be_alone, spared_collector, start_over, starts
from hhanim.studio.errors import OutdatedError


class _Stopped(BaseException):
    """Ctrl-C, under a name that click does not answer with an empty line of its own."""


class _Ended(KeyboardInterrupt):
    """What a signal makes that ends the program; its number is its argument."""


class _App(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            raise _Stopped from interrupt
        except OSError as error:  # before click ends the program with 1
            if not _nobody_reads(error):
                raise


@click.group(
    cls=_App,
    name="hhanim",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 something was not made, 2 usage, 3 something is not installed, 4 stale, 130 stopped "
    "by Ctrl-C, 143 by SIGTERM. "
    "Scenes in ./scenes and files named in hhanim.toml are code, and are run.",
)
@click.version_option(__version__, message="%(version)s")
def app() -> None:
    """Hodgkin–Huxley animations for teaching: clips and films from an exact model.

    \b
    Examples:
      hhanim list
      hhanim render tau --set celsius=18.5
      hhanim render spike --help
    """


for command in (
    *(scenes.list_scenes, scenes.new),
    *(media.render, media.check, media.verify, media.still, media.watch, media.clean),
    *(lecture.make_lecture, voice.voice, export.export, export.gallery),
    *(neuron.simulate, neuron.explore, language.language, machine.doctor, machine.completion),
):
    app.add_command(command)


@spared_collector
def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every failure is one line and an exit code."""
    _streams()
    be_alone()
    # Whoever ends us, a time limit or a container that stops, ends us as Ctrl-C does: nothing half-made stays.
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):  # the last two each on some systems only
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            with contextlib.suppress(ValueError):  # in a thread of somebody's program
                signal.signal(number, _end)
    words = (sys.argv[1:] if arguments is None else arguments) or ["--help"]

    def run() -> object:
        try:
            return app.main(list(words), prog_name="hhanim", standalone_mode=False)
        except OutdatedError:
            if arguments is not None or starts() >= 3:
                raise
            start_over()

    sys.exit(_guarded(run))


def _end(number: int, _: object) -> None:
    signal.signal(number, signal.SIG_IGN)  # once is enough: nobody disturbs the tidying up
    raise _Ended(number)


def _streams() -> None:
    """What is piped is UTF-8 on every system; a stream that was closed by the shell takes what it is given."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _guarded(command: Callable[[], object]) -> int:
    try:
        result = command()
        sys.stdout.flush()
    except (KeyboardInterrupt, _Stopped, click.Abort) as stop:
        cause = stop if isinstance(stop, _Ended) else stop.__cause__
        complain("stopped; no file is half-made")
        return 128 + (cause.args[0] if isinstance(cause, _Ended) else signal.SIGINT)
    except click.ClickException as error:
        path = getattr(getattr(error, "ctx", None), "command_path", "hhanim")
        complain(f"{error.format_message().rstrip('.')}; see '{path} --help'")
        return 2
    except Exception as error:
        from hhanim.studio.mends import told

        if os.environ.get("HHANIM_TRACEBACK"):
            raise
        if _nobody_reads(error):  # `hhanim list | head`
            return 0
        if isinstance(error, OSError) and error.filename is None and error.errno in (errno.ENOSPC, errno.EIO):
            complain(f"cannot write what is printed: {error.strerror}")
            return 1
        failure = told(error)
        complain(str(failure))
        return failure.exit_code
    return result if isinstance(result, int) else 0


def _nobody_reads(error: Exception) -> bool:
    """Whether what went wrong is that stdout has been closed; what is left in it is dropped if it cannot be written."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except ValueError:  # a scene has closed it
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    closed = getattr(error, "errno", None) == errno.EINVAL and sys.platform == "win32"
    return isinstance(error, BrokenPipeError) or (closed and getattr(error, "filename", None) is None)
