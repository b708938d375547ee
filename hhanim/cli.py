"""The command line: data on stdout, progress on stderr, one line for what went wrong.

Exit codes: 0 done, 1 a render failed, 2 the request is not possible, 3 something is not installed, 4 stale
(check). Everything heavy is imported by the command that needs it, so that help and lists are there at once.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hhanim.studio.errors import StudioError, UsageError

if TYPE_CHECKING:
    from hhanim.studio.build import Request

STALE = 4

app = typer.Typer(
    name="hhanim",
    help="Hodgkin–Huxley animations for teaching: clips and films from an exact model.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 a render failed, 2 usage, 3 something is not installed, 4 stale. "
    "Scenes in ./scenes and files named in hhanim.toml are code, and are run.",
)

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]...", help="Scenes; all of them if none is named.")
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", "-s", metavar="NAME=VALUE", help="A parameter, such as gNa=60.")
]
PresetName = Annotated[
    str | None, typer.Option("--preset", "-p", help="draft, slide, lecture, uhd, square or vertical.")
]
Theme = Annotated[
    str | None, typer.Option("--theme", "-t", help="dark, light, dark-transparent or light-transparent.")
]
Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="DIR", help="Folder for the media (default: output).")
]
Config = Annotated[
    str | None,
    typer.Option("--config", "-c", metavar="FILE", help="A TOML file of targets (default: hhanim.toml)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON on stdout.")]


@app.callback(invoke_without_command=True)
def _group(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    if version:
        from hhanim import __version__

        print(__version__)
        raise typer.Exit


# -- list --------------------------------------------------------------------------------------------------


@app.command("list")
def list_scenes(names: Names = None, as_json: AsJson = False) -> None:
    """What there is to render."""
    from hhanim.studio import catalogue

    found = catalogue.read()
    entries = [found.get(n) for n in dict.fromkeys(names)] if names else list(found.entries)
    if as_json:
        print_json([e.as_json() for e in entries])
    elif sys.stdout.isatty():
        _table(entries)
    else:
        for e in entries:
            print(e.name, e.kind, e.title, sep="\t")
    for broken in found.broken:
        complain(f"cannot read {broken.reason}")


def _table(entries: list[Any]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("name", "kind", "title", "parameters"):
        table.add_column(title, style="bold" if title == "name" else None, overflow="fold")
    for e in entries:
        table.add_row(e.name, e.kind, e.title, " ".join(p.name for p in e.parameters))
    console().print(table)


# -- render ------------------------------------------------------------------------------------------------


@app.command("render")
def render(
    names: Names = None,
    sets: Sets = None,
    preset: PresetName = None,
    theme: Theme = None,
    size: Annotated[
        str | None, typer.Option(metavar="WxH", help="Pixels, over the preset's: 1280x720.")
    ] = None,
    output: Output = None,
    config: Config = None,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Even what is fresh or was edited by hand.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Only say what would be rendered, and why.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress; failures only.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON event a line on stdout.")] = False,
) -> None:
    """Make the media that are missing or no longer what their scene would make."""
    from hhanim.studio.progress import Reporter
    from hhanim.studio.run import make_all

    wanted, failed = plan(names, sets, preset, theme, size, output, config)
    if dry_run:
        _explain(wanted, force=force, as_json=as_json)
        raise typer.Exit(1 if failed else 0)
    with Reporter(as_json=as_json, quiet=quiet) as reporter:
        for event in failed:
            reporter(event)
        events = make_all(wanted, force=force, on_event=reporter)
    kinds = {e.kind for e in [*failed, *events]}
    raise typer.Exit(1 if kinds & {"failed", "kept"} else 3 if "missing" in kinds else 0)


def plan(
    names: list[str] | None,
    sets: list[str] | None,
    preset: str | None,
    theme: str | None,
    size: str | None,
    output: str | None,
    config: str | None,
) -> tuple[list[Request], list[Any]]:
    """The requests behind a command line, and a failure for every scene that cannot even be read."""
    from hhanim.studio.project import Settings, requests, split

    given = split(sets or ())
    settings = Settings(
        preset=preset or given.pop("preset", None),
        theme=theme or given.pop("theme", None),
        size=size or given.pop("size", None),
        output=output,
        given=given,
    )
    return requests(list(dict.fromkeys(names or ())), settings, config)


def _explain(wanted: list[Request], *, force: bool, as_json: bool) -> None:
    rows = []
    from hhanim.studio import build

    for request in wanted:
        state = build.status(request)
        if force or not state.fresh:
            does = "keep" if state.protected and not force else "render"
            rows.append(
                {
                    "name": request.name,
                    "path": str(request.path),
                    "action": does,
                    "reasons": list(state.reasons) or ["forced"],
                }
            )
    if as_json:
        print_json(rows)
    for row in [] if as_json else rows:
        print(row["name"], row["action"], "; ".join(row["reasons"]), sep="\t")


@app.command("check")
def check(
    names: Names = None,
    sets: Sets = None,
    preset: PresetName = None,
    theme: Theme = None,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Pixels, over the preset's.")] = None,
    output: Output = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List what is stale, with the reason; exit code 4 when something is."""
    from hhanim.studio import build

    wanted, failed = plan(names, sets, preset, theme, size, output, config)
    states = [(r, build.status(r)) for r in wanted]
    stale = [
        {"name": r.name, "path": str(r.path), "reasons": list(s.reasons)} for r, s in states if not s.fresh
    ]
    stale += [{"name": e.name, "path": e.path, "reasons": [e.message]} for e in failed]
    if as_json:
        print_json(stale)
    for row in [] if as_json else stale:
        print(row["name"], "; ".join(row["reasons"]), sep="\t")
    raise typer.Exit(STALE if stale else 0)


@app.command("verify")
def verify(files: Annotated[list[str], typer.Argument(metavar="FILE...")], as_json: AsJson = False) -> None:
    """Recompute a file's hash and say what made it; exit code 1 when it is not what it was."""
    from hhanim.studio import sidecar

    found = [sidecar.verify(Path(f)) for f in files]
    if as_json:
        print_json(found)
    for f, record in [] if as_json else zip(files, found, strict=True):
        made = " ".join(f"{k}={_short(v)}" for k, v in record["parameters"].items())
        print(f, "intact" if record["intact"] else "CHANGED since it was made", sep="\t")
        print(
            f"\thhanim {record['hhanim']} · {record['kind']} {record['key']['scene']} · {record['preset']} · "
            f"{record['theme']} · {made}"
        )
    raise typer.Exit(0 if all(r["intact"] for r in found) else 1)


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


# -- simulate ----------------------------------------------------------------------------------------------


@app.command("simulate")
def simulate(
    model: Annotated[
        str, typer.Option("--model", "-m", help="A preset, or path/to/file.py:NAME (which is run).")
    ] = "modern",
    stimulus: Annotated[
        str, typer.Option("--stimulus", "-i", help="µA/cm²: 'step(10, start=5) + pulse(66, 30, 0.1)'.")
    ] = "step(10, start=5)",
    duration: Annotated[float, typer.Option("--duration", "-d", help="ms.")] = 50.0,
    sets: Sets = None,
    method: Annotated[str, typer.Option(help="auto, adaptive, euler or exponential_euler.")] = "auto",
    dt: Annotated[float | None, typer.Option(help="Step of a fixed-step method, ms.")] = None,
    sample: Annotated[float | None, typer.Option(help="Spacing of the stored samples, ms.")] = None,
    out: Annotated[str, typer.Option("--out", "-o", help="run.csv, run.npz, or - for CSV on stdout.")] = "-",
    as_json: Annotated[
        bool, typer.Option("--json", help="A summary (spikes, rate) as JSON on stdout.")
    ] = False,
) -> None:
    """Integrate a model and write every state, current and conductance as CSV or NPZ."""
    import hhanim
    from hhanim.studio.parameters import simulation
    from hhanim.studio.project import split

    if out != "-" and Path(out).suffix not in (".csv", ".npz"):
        raise UsageError(f"--out {out}: give a name that ends in .csv or .npz, or - for stdout")
    if out == "-" and as_json:
        out = ""
    membrane, protocol = simulation(model, stimulus, split(sets or ()))
    run = hhanim.simulate(membrane, protocol, duration, method=method, dt=dt, sample=sample)
    if out == "-":
        run.to_csv(sys.stdout)
    elif out:
        _save(run, Path(out))
    spikes = [round(float(t), 6) for t in run.spikes]
    summary = {
        "model": model,
        "stimulus": str(protocol),
        "duration": duration,
        "method": run.method,
        "spikes": spikes,
        "rate": float(run.rate()),
        "out": out or None,
    }
    if as_json:
        print_json(summary)
    else:
        complain(
            f"{len(spikes)} spike{'' if len(spikes) == 1 else 's'} in {duration:g} ms"
            + (
                f" at {', '.join(f'{t:.3f}' for t in spikes[:8])}{' …' if len(spikes) > 8 else ''} ms"
                if spikes
                else ""
            ),
            head="",
        )


def _save(run: Any, path: Path) -> None:
    from hhanim.studio.errors import RenderError

    temporary = path.with_name(f".{path.name}.{os.getpid()}.part{path.suffix}")
    try:
        (run.to_csv if path.suffix == ".csv" else run.to_npz)(temporary)
        temporary.replace(path)
    except OSError as error:
        raise RenderError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


# -- explore -----------------------------------------------------------------------------------------------


@app.command("explore")
def explore(
    model: Annotated[
        str, typer.Option("--model", "-m", help="A preset, or path/to/file.py:NAME (which is run).")
    ] = "modern",
    sets: Sets = None,
    theme: Annotated[str, typer.Option("--theme", "-t", help="auto, dark or light.")] = "auto",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="DIR", help="Folder of explorer.html.")
    ] = "output",
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")] = True,
    serve: Annotated[
        bool, typer.Option("--serve", help="A local address (127.0.0.1) instead of a file.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of --serve; 0 takes a free one.")] = 0,
) -> None:
    """Move a slider, see the neuron change: one page that works offline."""
    import webbrowser

    from hhanim import explorer
    from hhanim.model import presets
    from hhanim.studio.errors import RenderError
    from hhanim.studio.project import split

    html = explorer.page(presets.get(model), theme=theme, **split(sets or ()))

    def tell(address: str) -> None:
        print(address, flush=True)
        if show:
            webbrowser.open(address)

    try:
        if serve:
            explorer.serve(html, port, tell)
        else:
            path = explorer.write(Path(output) / "explorer.html", html)
            print(path)
            if show:
                webbrowser.open(path.resolve().as_uri())
    except OSError as error:
        raise RenderError(
            f"cannot {'serve' if serve else 'write'} the explorer: {error.strerror or error}"
        ) from error


# -- doctor ------------------------------------------------------------------------------------------------


@app.command("doctor")
def doctor(as_json: AsJson = False) -> None:
    """What this machine can do, and the exact command that mends what it cannot; exit code 3 if something is
    missing."""
    from hhanim.studio.doctor import examine

    rows = examine()
    if as_json:
        print_json([r.as_json() for r in rows])
    else:
        for r in rows:
            mark = "ok" if r.ok else "missing" if r.needed else "optional"
            print(f"{mark:8}  {r.name:10}  {r.detail}" + ("" if r.ok else f"\n{'':22}mend: {r.mend}"))
    raise typer.Exit(3 if any(r.needed and not r.ok for r in rows) else 0)


# -- plumbing ----------------------------------------------------------------------------------------------


def console(*, stderr: bool = False) -> Any:
    """A rich console that minds NO_COLOR and pipes."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Data on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def complain(text: str, head: str = "hhanim: ") -> None:
    """One line on stderr."""
    print(f"{head}{' '.join(text.split())}", file=sys.stderr)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every failure is one line and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    words = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    # Building the parsers of all commands takes longer than listing the scenes does.
    named = [c for c in app.registered_commands if words and c.name == words[0]]
    everything, app.registered_commands = app.registered_commands, named or app.registered_commands
    try:
        code = _guarded(lambda: app(words, prog_name="hhanim", standalone_mode=False))
    finally:
        app.registered_commands = everything
    sys.exit(code)


def render_scene_file(path: str | None, name: str) -> None:
    """``python scenes/tau_clip.py --set gNa=60``: the options of ``hhanim render``, for the scene in this
    file."""
    main(["render", f"{path}:{name}", *sys.argv[1:]])


def _guarded(command: Callable[[], object]) -> int:
    try:
        result = command()
    except StudioError as error:
        complain(str(error))
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        complain("stopped; what was there before is untouched")
        return 130
    except BrokenPipeError:  # `hhanim list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except typer.Exit as stop:
        return stop.exit_code
    except Exception as error:
        # typer's own complaints about the command line, one line instead of a box
        format_message = getattr(error, "format_message", None)
        if callable(format_message):
            path = getattr(getattr(error, "ctx", None), "command_path", "hhanim")
            text = format_message().rstrip(".")
            complain(f"{text}; see '{path} --help'")
            return 2
        if isinstance(error, ValueError):
            from hhanim.model import HHError

            if isinstance(error, HHError):
                complain(str(error))
                return 2
        raise
    return result if isinstance(result, int) else 0
