"""One pair of axes on the stage, in the house style, with what stands still on it and what moves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from hhanim.look import Quantity
from hhanim.look import type as typeface
from hhanim.look.axis import AxisPair
from hhanim.look.numbers import plain, smoothstep
from hhanim.look.theme import hex_color, mix
from hhanim.look.words import tr
from hhanim.plots.curve import Curve, Dots
from hhanim.plots.label import Label
from hhanim.plots.movers import HEAD, LINE, Movers

if TYPE_CHECKING:
    from hhanim.plots.stage import Stage

GHOST = 2.6 / LINE  # width of a ghost, of a line's
NAMES = 110.0  # design pixels left of a panel: the numbers of its axis, and where its name begins


class Panel(AxisPair):
    """One pair of axes. Made by Stage.stack or Stage.beside."""

    name_text: Text

    def __init__(
        self, stage: Stage, left: float, bottom: float, right: float, top: float, *, x_axis: bool, room: float
    ) -> None:
        self.stage, self.right, self._has_x = stage, right + room, x_axis
        w, h = stage.width, stage.height
        with stage.settings():
            self.axes: Axes = stage.figure.add_axes(
                (left / w, bottom / h, (right - left) / w, (top - bottom) / h)
            )
        wide, high = (right - left) / stage.u, (top - bottom) / stage.u
        self._ticks = {  # how many steps of an axis look well, and how many there is room for
            "x": (6.0 if wide > 700 else 4.0, wide / 100),
            "y": (max(2.0, min(6.0, round(high / 95))), high / 34),
        }
        self._style(x_axis)
        self._zero: float | None = None  # where the line at zero is, pixels
        self.column: list[Panel] = [self]  # panels that keep a common right end
        self.movers = Movers(self)
        self.axes.add_artist(self.movers)
        stage.movers.append(self.movers)

    def _style(self, x_axis: bool) -> None:
        """Few lines, no box."""
        axes, u, theme = self.axes, self.stage.u, self.stage.theme
        axes.patch.set_facecolor("none")
        axes.set_axisbelow(True)
        for side, spine in axes.spines.items():
            spine.set_visible(side == "bottom" and x_axis)
            spine.set(color=theme.line, linewidth=2 * u)
        look: Any = {"width": 2 * u, "color": theme.line, "labelcolor": theme.muted}
        axes.tick_params(axis="both", length=0, labelsize=typeface.TICK * u, **look)
        axes.tick_params(axis="x", length=8 * u if x_axis else 0, labelbottom=x_axis, pad=10 * u)
        axes.tick_params(axis="y", pad=16 * u)  # clear of a head on the left edge
        axes.grid(axis="y", color=theme.faint, linewidth=2 * u)

    def _draw_axis(self, which: str) -> None:
        axis, u = self.x_axis if which == "x" else self.y_axis, self.stage.u
        limit, ticked = (
            (self.axes.set_xlim, self.axes.xaxis) if which == "x" else (self.axes.set_ylim, self.axes.yaxis)
        )
        limit(axis.low, axis.high)
        marks = axis.ticks(*self._ticks[which])
        ticked.set_ticks(marks, [plain(mark) for mark in marks])
        style: Any = {"color": self.stage.theme.ink, "fontsize": typeface.LABEL * u}
        name = axis.name.axis if isinstance(axis.name, Quantity) else tr(axis.name)
        with self.stage.settings():
            if which == "y":
                box = self.axes.bbox
                x, y = (box.x0 - NAMES * u) / self.stage.width, (box.y1 + 14 * u) / self.stage.height
                self.name_text = self.stage.figure.text(
                    x, y, name, ha="left", va="bottom", zorder=-1, **style
                )
            elif self._has_x:  # the name is only written where the axis is
                self.axes.set_xlabel(name, labelpad=4 * u, **style)
        if which == "y" and axis.low < 0 < axis.high:
            self.axes.axhline(0, color=self.stage.theme.line, linewidth=2 * u, zorder=0.6)

    def seen(self) -> list[str]:
        """What is to be seen, in words: what is plotted over what, and where each named curve is largest.

        A voltage, whose zero is a convention, by its value; all else in size.
        """
        over, of = (_words(axis.name) for axis in (self.column[-1].x_axis, self.y_axis))
        said = [tr("A graph of {y} over {x}.", x=over, y=of)]
        for curve in self.movers.curves:
            known = curve.y[np.isfinite(curve.y)]
            if curve.label is not None and known.size and np.ptp(known) > 0.0:
                k = int(np.nanargmax(curve.y if curve.role == "voltage" else np.abs(curve.y)))
                y, x = plain(curve.y[k], 3), plain(curve.x[k], 3)
                name = _words(curve.label.text.get_text())
                said.append(tr("{name} is largest, {y}, at {x}.", name=name, y=y, x=x))
        return said

    # -- in pixels --------------------------------------------------------------------------------------------

    def holds(self, x: float, y: float) -> bool:
        """Whether a point (pixels) is in the panel, or on its edge."""
        box = self.axes.bbox
        return bool(box.x0 - 1 <= x <= box.x1 + 1 and box.y0 - 1 <= y <= box.y1 + 1)

    def beside_zero(self, y: float, half: float) -> float:
        """The height of the middle (pixels) of a label for a head at y, `half` of the label on either side.

        Where the panel has a line at zero the label stands above it while the head is on it, as all currents are at
        rest, and changes sides on the way down.
        """
        if self._zero is None:
            return y
        clear, up = half + 5 * self.stage.u, y - self._zero
        if up >= clear or up <= -1.25 * clear:
            return y
        return self._zero + clear * (1 - 2.25 * smoothstep(-up / clear - 0.25))

    def place(self) -> None:
        """Fix the curves' vertices in pixels."""
        low, high = sorted(self.axes.get_ylim())
        self._zero = float(self.axes.transData.transform((0, 0))[1]) if low < 0 < high else None
        for curve in self.movers.curves:
            curve.place()

    def excess(self) -> float:
        """By how many pixels labels would leave the room beside the panel while the curves end."""
        curves, most = self.movers.curves, 0.0
        now = [curve.value for curve in curves]
        for share in np.linspace(0.9, 1.0, 21):
            for curve in curves:
                curve.until(curve.along[0] + share * (curve.along[-1] - curve.along[0]))
            ends = [x + label.width for label, x, _ in self.movers.label_places()]
            most = max([most, *(end - self.right for end in ends)])
        for curve, value in zip(curves, now, strict=True):
            curve.until(value)
        return most

    # -- what is drawn ----------------------------------------------------------------------------------------

    def curve(
        self,
        x: Any,
        y: Any,
        quantity: Quantity | None = None,
        *,
        along: Any = None,
        label: str | None = None,
        color: str | None = None,
        dash: tuple[float, ...] | None = None,
        width: float = 1.0,
        ghost: bool = True,
        head: bool = True,
        gone: float = np.inf,
    ) -> Curve:
        """A line that grows with ``stage.until(value)``.

        x, y: (T,) data coordinates. quantity: gives colour, dash and label. along: (T,) what until() refers to, by
        default x. label: mathtext, "" for none. width: in normal line widths. ghost: show the whole line faintly
        from the start. head: whether a dot, with the label beside it, leads the line while it grows. gone: the value
        from which on it is not shown any more.
        """
        theme, u = self.stage.theme, self.stage.u
        color = color or (theme.color(quantity) if quantity else theme.ink)
        dash = dash if dash is not None else theme.dash(quantity) if quantity else ()
        curve = Curve(self, x, y, x if along is None else along, color, dash, LINE * width * u)
        curve.head, curve.gone, curve.role = head, gone, getattr(quantity, "role", "")
        label = (quantity.label if quantity else "") if label is None else label
        if label:
            curve.label = Label(self.stage, tr(label), color)
        if ghost:
            self.ghost(x, y, color, dash, width)
        self.movers.curves.append(curve)
        return curve

    def ghost(self, x: Any, y: Any, color: str, dash: Sequence[float] = (), width: float = 1.0) -> Line2D:
        """The whole of a line, thin and faint, where it is going to be or could be."""
        return self.line(x, y, self._faint(color), dash, width * GHOST)

    def _faint(self, color: str) -> str:
        theme = self.stage.theme  # opaque: transparency would add up where lines cross
        return hex_color(mix(theme.ground, color, theme.ghost(color)))

    def sweep(
        self, turn: int, x: Any, y: Any, quantity: Quantity, *, label: str = "", stays: bool = True
    ) -> None:
        """One of several runs that are drawn one after the other, as on an oscilloscope; afterwards its ghost stays.

        turn: which; it grows while ``stage.until(value)`` goes from this whole number to the next. x, y: (T,). label:
        mathtext, beside its head. stays: or nothing is left of it.
        """
        x = np.asarray(x, dtype=float)
        along = turn + (x - x[0]) / (x[-1] - x[0])
        self.curve(x, y, quantity, along=along, label=label, ghost=False, gone=turn + 1.0 + 1e-9)
        if stays:
            color, dash = self._faint(self.stage.theme.color(quantity)), self.stage.theme.dash(quantity)
            style: Any = {"color": color, "dash": dash, "width": GHOST, "ghost": False, "head": False}
            self.curve(x, y, along=np.full(x.shape, turn + 1.0), **style)

    def ask(self, until: float) -> None:
        """A question mark where the answer is going to be, from the value 0 until this one."""
        (left, right), (low, high) = self.xlim, self.ylim
        mark = self.dots(
            (left + right) / 2, (low + high) / 2, along=0.0, color=self.stage.theme.muted, size=0.0
        )
        mark.label, mark.gone = Label(self.stage, "?", self.stage.theme.muted, 4 * typeface.NAME), until

    def dots(
        self,
        x: Any,
        y: Any,
        quantity: Quantity | None = None,
        *,
        along: Any = None,
        label: str = "",
        color: str | None = None,
        size: float = 1.0,
        filled: bool = True,
    ) -> Dots:
        """Dots that appear, one after the other, with ``stage.until(value)``.

        x, y: (K,) data coordinates, or one dot. quantity: gives the colour. along: (K,) the value from which on each
        is there, by default its x. label: mathtext, beside the last one. size: in radii of a curve's head. filled: or
        a ring.
        """
        color = color or (self.stage.theme.color(quantity) if quantity else self.stage.theme.ink)
        radius = HEAD * size * self.stage.u
        dots = Dots(self, x, y, x if along is None else along, color, radius, filled=filled)
        dots.label = Label(self.stage, tr(label), color) if label else None
        self.movers.curves.append(dots)
        return dots

    def rule(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        text: str,
        color: str,
        since: float,
        by: float,
    ) -> None:
        """A thin dashed line that grows from one point to another between two values, with its name at the end.

        start, end: (x, y) in data coordinates. since, by: the values of ``stage.until`` from and until which it grows.
        """
        x, y = zip(start, end, strict=True)
        self.curve(
            x,
            y,
            along=(since, by),
            label="",
            color=color,
            dash=(1.6, 1.2),
            width=0.6,
            ghost=False,
            head=False,
        )
        self.dots(*end, along=by, label=text, color=color, size=0.0)

    def line(
        self, x: Any, y: Any, color: str, dash: Sequence[float] = (), width: float = 1.0, zorder: float = 2.0
    ) -> Line2D:
        """A line that stands still."""
        style: Any = "solid" if not dash else (0, tuple(dash))
        (line,) = self.axes.plot(
            x, y, color=color, linestyle=style, linewidth=LINE * width * self.stage.u, zorder=zorder,
            solid_capstyle="round", solid_joinstyle="round", dash_capstyle="butt", scalex=False, scaley=False,
        )  # fmt: skip
        return line

    def name(self, x: Any, y: Any, text: str, color: str) -> Text | None:
        """The name of a line that stands still, written beside the highest of it that is in the panel."""
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        (left, right), (low, high) = self.xlim, self.ylim
        seen = np.flatnonzero(
            np.isfinite(y) & (x >= left) & (x <= right) & (y >= low) & (y <= high - 0.12 * (high - low))
        )
        if not len(seen):
            return None
        k = seen[np.argmax(y[seen])]
        ha, side = ("left", 1) if x[k] < left + 0.7 * (right - left) else ("right", -1)
        return self.note(x[k] + side * 0.045 * (right - left), y[k], text, color, ha)

    def dot(self, x: float, y: float, color: str, *, filled: bool) -> Line2D:
        """A ring that stands still (an equilibrium): filled if it is stable."""
        u, theme = self.stage.u, self.stage.theme
        (dot,) = self.axes.plot(
            [x], [y], "o", markersize=2 * HEAD * u, markerfacecolor=color if filled else theme.hollow,
            markeredgecolor=color, markeredgewidth=3 * u, zorder=2.5, scalex=False, scaley=False,
        )  # fmt: skip
        return dot

    def note(self, x: float, y: float, text: str, color: str, ha: str = "left", va: str = "center") -> Text:
        """A text that stands still, at data coordinates."""
        u = self.stage.u
        style: Any = {"color": color, "fontsize": typeface.LABEL * u, "ha": ha, "va": va, "zorder": 3}
        with self.stage.settings():
            note = self.axes.text(x, y, tr(text), **style)
        if not self.stage.theme.transparent:
            note.set_path_effects([withStroke(linewidth=7 * u, foreground=self.stage.theme.ground)])
        return note


def _words(name: Quantity | str) -> str:
    """The name of an axis or a curve without marks of how it is set."""
    text = name.axis if isinstance(name, Quantity) else tr(name)
    return re.sub(r"\\(?:mathrm|mathit)|[${}\\]", "", text)
