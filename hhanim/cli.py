"""The command line: data on stdout, progress on stderr, one line for what went wrong.

Exit codes: 0 done, 1 something was not made, 2 the request is not possible, 3 something is not installed, 4 stale
(check). Everything heavy is imported by the command that needs it, so that help, lists and the completion of
a word are there at once; a command returns its exit code.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hhanim.process import be_alone
from hhanim.studio.errors import UsageError

if TYPE_CHECKING:
    from hhanim.studio.plan.request import Request

STALE = 4
Command = Callable[..., Any]


class _Stopped(BaseException):
    """Ctrl-C, under a name that click does not answer with an empty line of its own."""


class _App(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            raise _Stopped from interrupt


@click.group(
    cls=_App,
    name="hhanim",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 something was not made, 2 usage, 3 something is not installed, 4 stale, 130 stopped. "
    "Scenes in ./scenes and files named in hhanim.toml are code, and are run.",
)
@click.version_option(package_name="hhanim", message="%(version)s")
def app() -> None:
    """Hodgkin–Huxley animations for teaching: clips and films from an exact model."""


# -- options that several commands share -------------------------------------------------------------------


def _scene_names(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """For the shell to complete."""
    from hhanim.studio.plan import catalogue

    return [e.name for e in catalogue.read().entries if e.name.startswith(typed)]


def _preset_names(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """For the shell to complete."""
    from hhanim.studio.plan.presets import PRESETS

    return [name for name in PRESETS if name.startswith(typed)]


names_argument = click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=_scene_names)
json_option = click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
set_option = click.option(
    "--set", "-s", "sets", metavar="NAME=VALUE", multiple=True, help="A parameter, such as gNa=60."
)
preset_option = click.option(
    "--preset",
    "-p",
    shell_complete=_preset_names,
    help="draft, slide, lecture, uhd, square or vertical.",
)
theme_option = click.option("--theme", "-t", help="dark, light, dark-transparent or light-transparent.")
size_option = click.option("--size", metavar="WxH", help="Pixels, over the preset's: 1280x720.")
format_option = click.option(
    "--format",
    "-F",
    "formats",
    metavar="FORMAT",
    multiple=True,
    help="mp4, gif, webm, mov or png; may be repeated.",
)
output_option = click.option("--output", "-o", metavar="DIR", help="Folder for the media (default: output).")
sections_option = click.option("--sections", is_flag=True, help="Of films, one file per section as well.")
config_option = click.option(
    "--config", "-c", metavar="FILE", help="A TOML file of targets (default: hhanim.toml)."
)


def request_options_of_one(command: Command) -> Command:
    """The arguments of :func:`plan` without ``formats``."""
    for option in (
        config_option,
        output_option,
        size_option,
        theme_option,
        preset_option,
        set_option,
        names_argument,
    ):
        command = option(command)
    return command


def request_options(command: Command) -> Command:
    """The arguments of :func:`plan`: which media are meant."""
    return request_options_of_one(format_option(command))


def plan(
    names: tuple[str, ...],
    sets: tuple[str, ...],
    preset: str | None,
    theme: str | None,
    size: str | None,
    formats: tuple[str, ...],
    output: str | None,
    config: str | None,
    *,
    sections: bool = False,
) -> tuple[list[Request], list[Any]]:
    """The requests behind a command line, and a failure for every scene that cannot even be read."""
    from hhanim.studio.plan.project import Settings, requests, split

    given = split(sets)
    settings = Settings(
        preset=preset or given.pop("preset", None),
        theme=theme or given.pop("theme", None),
        size=size or given.pop("size", None),
        output=output,
        formats=tuple(name.strip() for text in formats for name in text.split(",")),
        given=given,
    )
    wanted, failed = requests(list(dict.fromkeys(names)), settings, config)
    if sections:  # a GIF beside the film is made whole
        wanted = [replace(r, sections=r.entry.kind == "film" and bool(r.format.container)) for r in wanted]
        if not failed and not any(r.sections for r in wanted):
            raise UsageError("--sections: of films (spike, circuit …) in mp4, webm or mov only")
    return wanted, failed


# -- list --------------------------------------------------------------------------------------------------


@app.command("list")
@names_argument
@json_option
def list_scenes(names: tuple[str, ...], as_json: bool) -> None:
    """What there is to render.

    \b
    Examples:
      hhanim list
      hhanim list tau --json
    """
    from hhanim.studio.plan import catalogue

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
    """For a terminal: what a scene is, and below it what ``--set`` takes."""
    import shutil
    import textwrap

    columns = shutil.get_terminal_size().columns
    width = max((len(e.name) for e in entries), default=0)
    for e in entries:
        name = (
            click.style(e.name.ljust(width), bold=True)
            if "NO_COLOR" not in os.environ
            else e.name.ljust(width)
        )
        print(f"{name}  {e.kind}  {e.title}")
        indent = " " * (width + 8)
        known = " ".join(p.name for p in e.parameters)
        print(textwrap.fill(known, columns, initial_indent=indent, subsequent_indent=indent))


# -- render ------------------------------------------------------------------------------------------------


@app.command()
@request_options
@click.option("--force", "-f", is_flag=True, help="Even what is fresh or was edited by hand.")
@sections_option
@click.option("--dry-run", "-n", is_flag=True, help="Only say what would be rendered, and why.")
@click.option("--quiet", "-q", is_flag=True, help="No progress; failures only.")
@click.option("--json", "as_json", is_flag=True, help="One JSON event a line on stdout.")
@click.option("--jobs", "-j", type=int, help="Processes that render (default: one for every two cores).")
@click.option("--scheduler", metavar="ADDRESS", help="Render on Dask's workers: tcp://host:8786.")
def render(
    force: bool,
    sections: bool,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
    jobs: int | None,
    scheduler: str | None,
    **asked: Any,
) -> int:
    """Make the media that are missing or no longer what their scene would make.

    NAME is a scene, a target of hhanim.toml, or a scene file (path/to/my_clip.py, which is run);
    without one, everything.

    \b
    Examples:
      hhanim render
      hhanim render tau --set celsius=18.5 --theme light --preset draft
      hhanim render simulation --set model=modern --set "stimulus=step(10, start=5)"
      hhanim render spike --set ttx=0.8 --sections -F mp4 -F gif
      hhanim render --dry-run
    """
    from hhanim.studio.make.films import make_all
    from hhanim.studio.make.progress import Reporter

    wanted, failed = plan(**asked, sections=sections)
    if dry_run:
        _explain(wanted, force=force, as_json=as_json)
        return 1 if failed else 0
    with _crew(jobs, scheduler, wanted) as crew, Reporter(as_json=as_json, quiet=quiet) as reporter:
        for event in failed:
            reporter(event)
        events = make_all(wanted, force=force, on_event=reporter, crew=crew)
    kinds = {e.kind for e in [*failed, *events]}
    return 1 if kinds & {"failed", "kept"} else 3 if "missing" in kinds else 0


def _crew(jobs: int | None, scheduler: str | None, wanted: list[Request]) -> Any:
    """Who renders: nobody but this process, where more would not be faster."""
    import contextlib

    if scheduler is not None:
        from hhanim.studio.make import workers as crew

        return crew.dask(scheduler)
    if jobs is None:
        jobs = min((os.cpu_count() or 1) // 2, len(wanted))
    elif not 1 <= jobs <= 256:
        raise UsageError(f"--jobs {jobs}: must be 1 to 256")
    if jobs <= 1:
        return contextlib.nullcontext()
    from hhanim.studio.make import workers as crew

    return crew.local(jobs)


def _explain(wanted: list[Request], *, force: bool, as_json: bool) -> None:
    rows = []
    from hhanim.studio.fresh.status import status

    for request in wanted:
        state = status(request)
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


@app.command()
@request_options
@json_option
def check(as_json: bool, **asked: Any) -> int:
    """List what is stale, with the reason; exit code 4 when something is.

    \b
    Examples:
      hhanim check --preset lecture || hhanim render --preset lecture
    """
    from hhanim.studio.fresh.status import status

    wanted, failed = plan(**asked)
    states = [(r, status(r)) for r in wanted]
    stale = [
        {"name": r.name, "path": str(r.path), "reasons": list(s.reasons)} for r, s in states if not s.fresh
    ]
    stale += [{"name": e.name, "path": e.path, "reasons": [e.message]} for e in failed]
    if as_json:
        print_json(stale)
    for row in [] if as_json else stale:
        print(row["name"], "; ".join(row["reasons"]), sep="\t")
    return STALE if stale else 0


@app.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@json_option
def verify(files: tuple[str, ...], as_json: bool) -> int:
    """Recompute a file's hash and say what made it; exit code 1 when it is not what it was.

    \b
    Examples:
      hhanim verify output/tau.mp4
    """
    from hhanim.studio.media import sidecar

    found = [sidecar.verify(Path(f)) for f in files]
    if as_json:
        print_json(found)
    for f, record in [] if as_json else zip(files, found, strict=True):
        made = " ".join(f"{k}={_short(v)}" for k, v in record["parameters"].items())
        changed = "" if record["intact"] else f"CHANGED since it was made: {', '.join(record['changed'])}"
        print(f, changed or "intact", sep="\t")
        print(
            f"\thhanim {record['hhanim']} · {record['kind']} {record['key']['scene']} · {record['preset']} · "
            f"{record['theme']} · {made}"
        )
    return 0 if all(r["intact"] for r in found) else 1


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


# -- one moment, previews, exports --------------------------------------------------------------------------


@app.command()
@request_options_of_one
@click.option(
    "--at", metavar="SECONDS", type=float, help="Into the film (default for clips: the poster's moment)."
)
@click.option("--kind", "-k", default="png", show_default=True, help="png; for clips svg and pdf too.")
def still(at: float | None, kind: str, **asked: Any) -> None:
    """One moment as a picture, beside the film: output/NAME-12.5s.png.

    \b
    Examples:
      hhanim still simulation --at 3.5 --kind pdf --theme light
    """
    from hhanim.studio.make.stills import still as draw

    wanted, _ = plan(**asked, formats=("png",))  # a picture may be transparent
    if not asked["names"] and at is None:
        wanted = [r for r in wanted if r.entry.kind == "clip"]
    for request in wanted:
        request.check()
    for request in wanted:
        print(draw(request, at, kind))


@app.command()
@request_options
def watch(**asked: Any) -> int:
    """Render a draft whenever a file that it depends on is saved, into output/preview.

    Ctrl-C ends. --preset and --output as for render.

    \b
    Examples:
      hhanim watch my_scene
      hhanim watch tau --set gNa=60 --theme light
    """
    from hhanim.studio.make.progress import Reporter
    from hhanim.studio.make.watching import watch as look

    asked = {
        **asked,
        "preset": asked["preset"] or "draft",
        "output": asked["output"] or "output/preview",
        "formats": asked["formats"] or ("mp4",),
    }
    with contextlib.suppress(KeyboardInterrupt), Reporter() as reporter:
        look(lambda: plan(**asked), asked["config"], reporter, complain)
    return 0


@app.command()
@click.argument("kind", metavar="html|pptx", type=click.Choice(["html", "pptx"]))
@request_options_of_one
@click.option("--out", metavar="FILE", help="The deck (default: hhanim.pptx in the output folder).")
@sections_option
def export(kind: str, out: str | None, sections: bool, **asked: Any) -> int:
    """Films for a lecture: a page for each that works offline, or one deck of slides with all of them.

    What is stale is rendered first. With --sections a film of several sections has a slide for each.

    \b
    Examples:
      hhanim export html spike
      hhanim export pptx tau spike --sections --theme light --out lecture.pptx
    """
    from hhanim.studio.deliver import export as exports
    from hhanim.studio.errors import need
    from hhanim.studio.make.films import make_all
    from hhanim.studio.make.progress import Reporter

    if out is not None and (kind != "pptx" or Path(out).suffix != ".pptx"):
        raise UsageError(f"--out {out}: names the deck of pptx, and ends in .pptx")
    if kind == "pptx":
        need(*exports.SLIDES)
    wanted, failed = plan(**asked, formats=("mp4",), sections=sections)
    with Reporter() as reporter:
        for event in failed:
            reporter(event)
        events = make_all(wanted, on_event=reporter)
    films = [r.path for r, e in zip(wanted, events, strict=True) if e.kind in ("done", "fresh", "kept")]
    if kind == "html":
        for film in films:
            print(exports.page(film))
    elif films:
        print(exports.slides(films, Path(out) if out else films[0].with_name("hhanim.pptx")))
    return 0 if len(films) == len(wanted) and not failed else 1


# -- a project ---------------------------------------------------------------------------------------------


@app.command()
@click.argument("name", default="my_scene")
@click.option("--film", is_flag=True, help="A film (manim) instead of a clip (matplotlib).")
def new(name: str, film: bool) -> None:
    """Start a scene that renders as it is, scenes/NAME_clip.py, and a commented hhanim.toml.

    \b
    Examples:
      hhanim new adaptation
      hhanim new rebound --film
    """
    from hhanim.studio.plan.starter import start

    written = start(name, "film" if film else "clip")
    for path in written:
        print(path)
    if len(written) == 1:
        complain(
            f"hhanim.toml is there already: {name} is among its targets when it has [[targets]] and below that "
            f'scene = "{name}"',
            head="",
        )
    complain(f"hhanim render {name} makes it; hhanim watch {name} remakes it whenever you save", head="")


@app.command()
@click.option("--output", "-o", metavar="DIR", help="Folder of the media (default: output).")
@config_option
@click.option("--orphans", is_flag=True, help="Only what no scene or target asks for any more.")
@click.option("--dry-run", "-n", is_flag=True, help="Only say what would be removed.")
def clean(output: str | None, config: str | None, orphans: bool, dry_run: bool) -> int:
    """Remove the media that hhanim made; what was edited by hand stays.

    \b
    Examples:
      hhanim clean --dry-run
      hhanim clean --orphans
    """
    from hhanim.studio.errors import RenderError
    from hhanim.studio.make import cleaning
    from hhanim.studio.plan.project import Settings, output_folder, requests

    settings = Settings(output=output)
    keep = [r.path for r in requests([], settings, config)[0]] if orphans else []
    try:
        gone, kept = cleaning.clean(output_folder(settings, config), keep, dry_run=dry_run)
    except OSError as error:
        raise RenderError(f"cannot remove {error.filename}: {error.strerror or error}") from error
    for path in gone:
        print(path)
    for path in kept:
        complain(f"{path} or what belongs to it was edited by hand: it stays")
    return 0


@app.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """The script that completes commands, options and scenes: eval "$(hhanim completion bash)"."""
    from click.shell_completion import get_completion_class

    script = get_completion_class(shell)
    assert script is not None
    print(script(app, {}, "hhanim", "_HHANIM_COMPLETE").source())


# -- simulate ----------------------------------------------------------------------------------------------


model_option = click.option(
    "--model",
    "-m",
    default="modern",
    show_default=True,
    help="A preset, or path/to/file.py:NAME (which is run).",
)


@app.command()
@model_option
@click.option(
    "--stimulus",
    "-i",
    default="step(10, start=5)",
    show_default=True,
    help="µA/cm²: 'step(10, start=5) + pulse(66, 30, 0.1)'.",
)
@click.option("--duration", "-d", type=float, default=50.0, show_default=True, help="ms.")
@set_option
@click.option("--method", default="auto", help="auto, adaptive, euler or exponential_euler.")
@click.option("--dt", type=float, help="Step of a fixed-step method, ms.")
@click.option("--sample", type=float, help="Spacing of the stored samples, ms.")
@click.option("--out", "-o", metavar="FILE", default="-", help="run.csv, run.npz, or - for CSV on stdout.")
@click.option("--json", "as_json", is_flag=True, help="A summary (spikes, rate) as JSON on stdout.")
def simulate(
    model: str,
    stimulus: str,
    duration: float,
    sets: tuple[str, ...],
    method: str,
    dt: float | None,
    sample: float | None,
    out: str,
    as_json: bool,
) -> None:
    """Integrate a model and write every state, current and conductance as CSV or NPZ.

    \b
    Examples:
      hhanim simulate --model modern --set gNa=60 --stimulus "step(10, start=5)" --out run.csv
      hhanim simulate --model classroom --stimulus "pulse(66, 30, 0.1)" --duration 60 | head
    """
    import hhanim
    from hhanim.studio.plan.parameters import simulation
    from hhanim.studio.plan.project import split

    if out != "-" and Path(out).suffix not in (".csv", ".npz"):
        raise UsageError(f"--out {out}: give a name that ends in .csv or .npz, or - for stdout")
    if out == "-" and as_json:
        out = ""
    membrane, protocol = simulation(model, stimulus, split(sets))
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
        "rate": _rate(run),
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


def _rate(run: Any) -> float | None:
    """Of sustained firing (Hz), None where it has begun and the run is too short to tell."""
    rate = float(run.rate())
    return None if rate == 0 and (run.spikes > run.transient()).any() else rate


def _save(run: Any, path: Path) -> None:
    from hhanim.studio.errors import writing
    from hhanim.studio.media.atomic import in_place

    with writing(path), in_place(path, folder=False) as part:
        (run.to_csv if path.suffix == ".csv" else run.to_npz)(part)


# -- explore -----------------------------------------------------------------------------------------------


@app.command()
@model_option
@set_option
@click.option("--theme", "-t", default="auto", help="auto, dark or light.")
@click.option("--output", "-o", metavar="DIR", default="output", help="Folder of explorer.html.")
@click.option("--open/--no-open", "show", default=True, help="Open it in the browser.")
@click.option("--serve", is_flag=True, help="A local address (127.0.0.1) instead of a file.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of --serve; 0 takes a free one.")
def explore(
    model: str, sets: tuple[str, ...], theme: str, output: str, show: bool, serve: bool, port: int
) -> None:
    """Move a slider, see the neuron change: one page that works offline.

    \b
    Examples:
      hhanim explore --model widget --set gNa=3
    """
    import webbrowser

    from hhanim import explorer
    from hhanim.model import presets
    from hhanim.studio.errors import RenderError
    from hhanim.studio.plan.project import split

    html = explorer.page(presets.get(model), theme=theme, **split(sets))

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


@app.command()
@json_option
def doctor(as_json: bool) -> int:
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
    return 3 if any(r.needed and not r.ok for r in rows) else 0


# -- plumbing ----------------------------------------------------------------------------------------------


def print_json(value: Any) -> None:
    """Data on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def complain(text: str, head: str = "hhanim: ") -> None:
    """One line on stderr."""
    print(f"{head}{' '.join(text.split())}", file=sys.stderr)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every failure is one line and an exit code."""
    _streams()
    be_alone()
    # Whoever ends us, a time limit or a container that stops, ends us as Ctrl-C does: nothing half-made stays.
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):  # the last two each on some systems only
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            with contextlib.suppress(ValueError):  # in a thread of somebody's program
                signal.signal(number, signal.default_int_handler)
    words = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    sys.exit(_guarded(lambda: app.main(list(words), prog_name="hhanim", standalone_mode=False)))


def render_scene_file(path: str | None, name: str) -> None:
    """``python scenes/tau_clip.py --set gNa=60``: the options of ``hhanim render``, for the scene in this
    file."""
    main(["render", f"{path}:{name}", *sys.argv[1:]])


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
    except (KeyboardInterrupt, _Stopped, click.Abort):
        complain("stopped; no file is half-made")
        return 130
    except BrokenPipeError:  # `hhanim list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except click.ClickException as error:
        path = getattr(getattr(error, "ctx", None), "command_path", "hhanim")
        complain(f"{error.format_message().rstrip('.')}; see '{path} --help'")
        return 2
    except Exception as error:
        from hhanim.studio.mends import told

        if os.environ.get("HHANIM_TRACEBACK"):
            raise
        failure = told(error)
        complain(str(failure))
        return failure.exit_code
    return result if isinstance(result, int) else 0
