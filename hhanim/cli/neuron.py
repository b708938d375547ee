"""The neuron itself: a run as numbers, a page to explore it."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import click

from hhanim.cli.options import force_option, language_of, language_option, model_option, set_option, split
from hhanim.cli.output import complain, print_json
from hhanim.studio.errors import RenderError, UsageError


@click.command()
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
@force_option
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
    force: bool,
    as_json: bool,
) -> None:
    """Integrate a model and write every state, current and conductance as CSV or NPZ.

    \b
    Examples:
      hhanim simulate --model modern --set gNa=60 --stimulus "step(10, start=5)" --out run.csv
      hhanim simulate --model classroom --stimulus "pulse(66, 30, 0.1)" --duration 60 | head
    """
    import hhanim
    from hhanim.parameters import bind
    from hhanim.studio.draw.scene import warn_plainly
    from hhanim.studio.make.manifest import put

    warn_plainly()
    if out != "-" and Path(out).suffix not in (".csv", ".npz"):
        raise UsageError(f"--out {out}: give a name that ends in .csv or .npz, or - for stdout")
    if out == "-" and as_json:
        out = ""
    declared = {"model": ("Membrane", model), "stimulus": ("Protocol", stimulus)}
    given = bind("simulate", declared, split(sets)).objects
    protocol = given["stimulus"]
    run = hhanim.simulate(given["model"], protocol, duration, method=method, dt=dt, sample=sample)
    if out == "-":
        run.to_csv(sys.stdout)
    elif out:
        with put(Path(out), force=force, folder=False) as part:
            (run.to_csv if part.suffix == ".csv" else run.to_npz)(part)
    spikes = [round(float(t), 6) for t in run.spikes]
    if as_json:
        said = {"model": model, "stimulus": str(protocol), "duration": duration, "method": run.method}
        rate = float(run.rate())  # JSON has no nan
        rate_said = None if math.isnan(rate) else rate
        print_json({**said, "spikes": spikes, "rate": rate_said, "out": out or None})
        return
    at = ", ".join(f"{t:.3f}" for t in spikes[:8])
    complain(
        f"{len(spikes)} spike{'' if len(spikes) == 1 else 's'} in {duration:g} ms"
        + (f" at {at}{' …' if len(spikes) > 8 else ''} ms" if spikes else ""),
        head="",
    )


@click.command()
@model_option
@set_option
@click.option("--theme", "-t", default="auto", help="auto, dark or light.")
@language_option
@click.option("--output", "-o", metavar="DIR", default="output", help="Folder of explorer.html.")
@force_option
@click.option("--open/--no-open", "show", default=True, help="Open it in the browser.")
@click.option("--lesson", metavar="FILE", help="A lesson to open with: a lesson.toml, or one of the page's.")
@click.option(
    "--base-url", default="", metavar="URL", help="Where the page will be published; links lead there."
)
@click.option(
    "--scorm", is_flag=True, help="Also a SCORM 1.2 package, explorer.zip, for a learning platform."
)
@click.option("--serve", is_flag=True, help="A local address (127.0.0.1) instead of a file.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of --serve; 0 takes a free one.")
def explore(
    model: str,
    sets: tuple[str, ...],
    theme: str,
    language: str | None,
    output: str,
    force: bool,
    show: bool,
    lesson: str | None,
    base_url: str,
    scorm: bool,
    serve: bool,
    port: int,
) -> None:
    """Move a slider, see the neuron change: one page that works offline.

    \b
    Examples:
      hhanim explore --model widget --set gNa=3
      hhanim explore --set stimulus=family --set ttx=1
      hhanim explore --lesson lesson.toml --scorm
    """
    import webbrowser

    from hhanim import explorer
    from hhanim.model import presets
    from hhanim.studio.make.manifest import put
    from hhanim.studio.plan.request import output_folder

    said, given = language_of(language), split(sets)
    html = explorer.page(
        presets.get(model), theme=theme, language=said, lesson=lesson, base_url=base_url, **given
    )

    def tell(address: str) -> None:
        print(address, flush=True)
        if show:
            webbrowser.open(address)

    try:
        if serve:
            explorer.serve(html, port, tell)
        else:
            path = output_folder(output) / "explorer.html"
            with put(path, force=force) as part:
                part.write_text(html, encoding="utf-8")
            print(path)
            if scorm:
                with put(path.with_suffix(".zip"), force=force) as part:
                    explorer.package(part, html, f"hhanim: {lesson}" if lesson else "hhanim explorer")
                print(path.with_suffix(".zip"))
            if show:
                webbrowser.open(path.resolve().as_uri())
    except OSError as error:
        raise RenderError(f"cannot serve the explorer: {error.strerror or error}") from error
