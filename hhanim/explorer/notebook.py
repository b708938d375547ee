"""The explorer inside a notebook: the page itself, or sliders and a button that talk to the Python core."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

from hhanim.explorer import equations
from hhanim.explorer.webpage import page
from hhanim.look.quantities import Quantity, quantities
from hhanim.look.theme import Theme, get_theme
from hhanim.model import HHError, Membrane, Trajectory, analysis, presets, simulate, step
from hhanim.model.errors import UnknownName

#: Current sliders of models other than the lecture's: (lowest, highest, step), µA/cm².
_CURRENT = (-20.0, 200.0, 0.5)


@dataclass(frozen=True)
class Inline:
    """The explorer as a notebook shows it; str() is the whole page.

    text: the page's HTML. height: of the frame, in CSS pixels.
    """

    text: str
    height: int = 720

    def _repr_html_(self) -> str:
        # srcdoc keeps everything in the notebook: no file, no server, nothing to lose when it is mailed.
        return (
            f'<iframe title="hhanim explorer" srcdoc="{html.escape(self.text)}" width="100%" '
            f'height="{self.height}" style="border: 0" sandbox="allow-scripts allow-downloads"></iframe>'
        )

    def __repr__(self) -> str:
        return "hhanim explorer (shown in a notebook; `hhanim explore` writes it to a file)"

    def __str__(self) -> str:
        return self.text


def explore(
    model: str | Membrane = "modern",
    *,
    core: str = "page",
    height: int = 720,
    theme: str = "auto",
    **settings: Any,
) -> Any:
    """Explore a model interactively in a notebook.

    model: a preset's name, or a Membrane.
    core: "page" shows the whole explorer inline, computing in the browser; "python" shows sliders and a run
        button (ipywidgets, as `interact_manual`), computing with simulate().
    height: of the frame (CSS pixels). theme: "auto", "dark" or "light".
    settings: where to begin: gNa=60, celsius=18.5, I=15, duration=50, and for the page anything in its links.

    Returns an Inline page, or an Interactive. Raises HHError.
    """
    if core == "python":
        return Interactive(presets.get(model), theme="light" if theme == "auto" else theme, **settings)
    if core != "page":
        raise UnknownName("core", core, ("page", "python"))
    return Inline(page(model, theme=theme, **settings), height)


class Interactive:
    """Sliders, a run button, and the picture and sentence of the last good run, computed by the Python core.

    widget: the box to show. sliders: {name: slider}. button: runs. run: the last Trajectory. message:
    what happened, or what is wrong. settings: begin with these values (parameters, I, duration, onset).

    Raises HHError if ipywidgets is missing or a name or value is not one of the model's.
    """

    def __init__(self, membrane: Membrane, *, theme: str | Theme = "light", **settings: Any) -> None:
        try:
            import ipywidgets as widgets
        except ImportError:
            raise HHError(
                "ipywidgets is not installed; install it with: pip install 'hhanim[notebook]'"
            ) from None
        self.membrane, self.theme, self.run = membrane, get_theme(theme), None
        reduced = equations.is_reduced(membrane)
        controls = equations.parameters(membrane)
        if reduced:  # the lecture's five sliders: C, the conductances, I
            controls = [c for c in controls if c["key"] == "C" or c["key"].startswith("g")]
        known = {c["key"]: (c["value"], c["min"], c["max"], c["step"], c["unit"]) for c in controls}
        current = equations.data(membrane)["I"]
        low, high, by = (current["min"], current["max"], current["step"]) if reduced else _CURRENT
        known["I"] = (current["value"], low, high, by, "µA/cm²")
        known["onset"] = (0.0 if reduced else 5.0, 0.0, 500.0, 0.5, "ms")
        known["duration"] = (1000.0 if reduced else 100.0, 10.0, 2000.0, 10.0, "ms")
        for key in settings:
            if key not in known:
                raise UnknownName("setting", key, known)
        self.sliders: dict[str, Any] = {}
        for key, (value, low, high, by, unit) in known.items():
            begin = float(settings.get(key, value))
            self.sliders[key] = widgets.FloatSlider(
                value=begin,
                min=min(low, begin),
                max=max(high, begin),
                step=by,
                description=f"{key} ({unit})" if unit else key,
                continuous_update=False,
                readout_format=".4g",
                style={"description_width": "9em"},
                layout=widgets.Layout(width="30em"),
            )
        # A float slider snaps to its steps; the preset's value need not be one of them, so it starts exact.
        self.method = widgets.Dropdown(
            options=[("converged", "adaptive"), ("forward Euler, 0.5 ms (lecture)", "euler")],
            description="method",
        )
        self.button = widgets.Button(
            description="Run", button_style="primary", tooltip="Simulate with these values"
        )
        self.message = widgets.HTML()
        self.picture = widgets.Image(format="png", layout=widgets.Layout(max_width="100%"))
        self.button.on_click(lambda _: self.calculate())
        column = [*self.sliders.values(), *([self.method] if reduced else []), self.button]
        self.widget = widgets.HBox([widgets.VBox(column), widgets.VBox([self.message, self.picture])])
        self.calculate()

    def calculate(self) -> None:
        """Simulate the sliders' values, show the run; on failure say why, keep the last good picture."""
        values = {key: slider.value for key, slider in self.sliders.items()}
        current, onset, duration = (values.pop(key) for key in ("I", "onset", "duration"))
        euler = self.method.value == "euler"
        try:
            membrane = self.membrane.with_(**values)
            stimulus = step(current, onset)
            run = simulate(membrane, stimulus, duration, **({"method": "euler", "dt": 0.5} if euler else {}))
            exact = simulate(membrane, stimulus, duration) if euler else None
        except HHError as error:
            self.message.value = f'<b style="color: #b3261e">{html.escape(str(error))}</b>'
            return
        self.run = run
        says = analysis.behaviour(run)
        if exact is not None:
            says = f"Euler, 0.5 ms: {says}; converged: {analysis.behaviour(exact)}"
        self.message.value = f'<b style="font-size: 130%">{html.escape(says[0].upper() + says[1:])}</b>'
        self.picture.value = _drawn(run, exact, self.theme)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.widget)


def _drawn(run: Trajectory, exact: Trajectory | None, theme: Theme) -> bytes:
    """V, gates and currents over time as a PNG, in the project's colours."""
    import io

    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from hhanim.look.type import rc

    known, membrane = quantities(run.membrane), run.membrane
    with rc_context(rc(0.42)):
        figure = Figure(figsize=(7.6, 5.6), dpi=110, facecolor=theme.ground, layout="constrained")
        FigureCanvasAgg(figure)
        panels = figure.subplots(3, 1, sharex=True, height_ratios=(2.0, 1.0, 1.0))
        groups = [
            [("V", run["V"])],
            [(name, run[name]) for name in membrane.gates],
            [(f"I_{c.name}", run.current(c.name)) for c in membrane.channels],
        ]
        for axes, group, label in zip(
            panels, groups, ("$V$ (mV)", "gates", "currents (µA/cm²)"), strict=True
        ):
            axes.set_facecolor(theme.ground)
            for key, values in group:
                q = known[key]
                axes.plot(
                    run.t,
                    values,
                    color=theme.color(q),
                    ls=(0, theme.dash(q)) if theme.dash(q) else "-",
                    lw=1.6,
                )
            axes.set_ylabel(label, color=theme.muted)
            axes.tick_params(colors=theme.muted)
            axes.spines[["top", "right"]].set_visible(False)
            axes.spines[["left", "bottom"]].set_color(theme.line)
            axes.margins(x=0)
            if label.startswith("$V$") and equations.is_reduced(membrane):
                axes.set_ylim(-100.0, 100.0)  # as in the lecture
            _name(axes, [(known[key], values[-1]) for key, values in group], theme)
        if exact is not None:
            panels[0].plot(exact.t, exact["V"], color=theme.muted, lw=1.1, ls="--")
            panels[0].annotate("dashed: converged", (0.01, 0.92), xycoords="axes fraction", color=theme.muted)
        panels[-1].set_xlabel("$t$ (ms)", color=theme.muted)
        out = io.BytesIO()
        figure.savefig(out, format="png", facecolor=figure.get_facecolor())
    return out.getvalue()


def _name(axes: Any, ends: list[tuple[Quantity, float]], theme: Theme) -> None:
    """Write each line's symbol beside its end, moved apart where two ends are close."""
    low, high = axes.get_ylim()
    gap, at = 0.17, -1.0
    for q, value in sorted(ends, key=lambda end: end[1]):
        at = max(at + gap, (value - low) / (high - low))
        axes.annotate(
            q.label,
            (1.0, at),
            xycoords="axes fraction",
            xytext=(6, 0),
            textcoords="offset points",
            color=theme.color(q),
            va="center",
            annotation_clip=False,
        )
