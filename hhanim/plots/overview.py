"""A run on paper: its quantities over time in panels above each other, as a matplotlib figure of the house."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hhanim.language import text, tr
from hhanim.look.quantities import Quantity, quantities
from hhanim.look.theme import Theme, get_theme
from hhanim.look.type import rc
from hhanim.model import Trajectory, analysis
from hhanim.model.errors import UnknownName

_SCALE = 0.42  # of the type that a frame of 1080 pixels has
#: What a panel of several quantities of one role is called.
_PANELS = {
    "gate": text("gates"),
    "current": text("currents (µA/cm²)"),
    "conductance": text("conductances (mS/cm²)"),
}


class Overview(Figure):
    """A figure that is set in the house's type whoever draws it, and that a notebook shows without pyplot."""

    def draw(self, renderer: Any) -> None:
        with rc_context(rc(_SCALE)):
            super().draw(renderer)

    def get_tightbbox(self, *args: Any, **kwargs: Any) -> Any:
        with rc_context(rc(_SCALE)):
            return super().get_tightbbox(*args, **kwargs)

    def _repr_png_(self) -> bytes:
        out = io.BytesIO()
        self.savefig(out, format="png")
        return out.getvalue()


def draw(
    run: Trajectory, *names: str, theme: str | Theme = "light", converged: Trajectory | None = None
) -> Overview:
    """Draw quantities of a run, those of one unit in one panel.

    names: V, I (stimulus), a gate, I_X or g_X of a channel X; by default V, all gates and all currents.
    converged: a run whose V is drawn dashed over the first panel, to compare.

    Raises UnknownName.
    """
    look, known, values = get_theme(theme), quantities(run.membrane), run.to_numpy()
    times = values.pop("t")
    panels: dict[str, list[str]] = {}
    for name in names or [n for n in values if n != "I" and not n.startswith("g_")]:
        if name not in values:
            raise UnknownName("quantity", name, values)
        panels.setdefault(known[name].role, []).append(name)
    tall = [2.0 if role == "voltage" else 1.0 for role in panels]
    with rc_context(rc(_SCALE)):
        figure = Overview(figsize=(7.6, 0.6 + 1.25 * sum(tall)), dpi=110, layout="constrained")
        FigureCanvasAgg(figure)
        figure.set_facecolor(look.ground)
        column = figure.subplots(len(panels), 1, sharex=True, height_ratios=tall, squeeze=False)[:, 0]
        for axes, (role, group) in zip(column, panels.items(), strict=True):
            for name in group:
                _line(axes, times, values[name], known[name], look)
            alone = known[group[0]].axis
            axes.set_ylabel(alone if len(group) == 1 else tr(_PANELS[role]), color=look.muted)
            _dress(axes, look)
            if role == "voltage" and len(run.membrane.states) == 2:
                axes.set_ylim(-100.0, 100.0)  # as in the lecture
            if run.batch is None:
                _name_ends(axes, [(known[name], float(values[name][-1])) for name in group], look)
        if converged is not None:
            column[0].plot(converged.t, converged["V"], color=look.muted, lw=1.1, ls="--")
            column[0].annotate(
                tr("dashed: converged"), (0.01, 0.92), xycoords="axes fraction", color=look.muted
            )
        column[-1].set_xlabel("$t$ (ms)", color=look.muted)
    return figure


def shown(run: Trajectory) -> str:
    """A run as a notebook shows it: the figure, with what happened in words below it and for who cannot see it."""
    data = base64.b64encode(draw(run)._repr_png_()).decode("ascii")
    words = escape(f"{run!r}"[1:-1] + (f": {analysis.behaviour(run)}" if run.batch is None else ""))
    return f'<img alt="{words}" src="data:image/png;base64,{data}" style="max-width:100%"><div>{words}</div>'


def _line(axes: Axes, t: Any, values: Any, q: Quantity, theme: Theme) -> None:
    dash: Any = (0, theme.dash(q)) if theme.dash(q) else "-"
    axes.plot(t, values, color=theme.color(q), ls=dash, lw=1.6 if values.ndim == 1 else 0.8)


def _dress(axes: Axes, theme: Theme) -> None:
    axes.set_facecolor(theme.ground)
    axes.tick_params(colors=theme.muted)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(theme.line)
    axes.margins(x=0)


def _name_ends(axes: Axes, ends: Sequence[tuple[Quantity, float]], theme: Theme) -> None:
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
