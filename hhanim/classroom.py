"""The lecture notebook's object: a neuron whose methods are the steps of a Hodgkin–Huxley lecture.

>>> import numpy as np, hhanim as hh
>>> neuron = hh.Neuron(voltage=np.linspace(-150, 150, 100),
...                    sodium={"G": 120, "Eq": 120}, potassium={"G": 36, "Eq": -12}, leak={"G": 0.3, "Eq": 10.6})
>>> neuron.tau(neuron.am(20), neuron.bm(20))
>>> neuron.time_constants()
>>> neuron.simulate(V_init=-10, n_init=0, m_init=0, h_init=1, Tmax=50, inj=15)

It holds no physiology of its own: the rates, currents and runs are those of hhanim.model, the videos those of the clips
`tau`, `f_infty`, `currents` and `simulation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hhanim.model import Membrane, Protocol, Trajectory, presets, simulate
from hhanim.model.errors import InvalidValue, UnknownName, number

if TYPE_CHECKING:
    from hhanim.studio.media.shown import Video

Array = NDArray[np.float64]

#: The reversal potential of potassium tells the conventions apart: about -12 mV if rest is 0, about -77 mV if not.
_CONVENTION_BORDER = -45.0


def _rate(gate: str, which: str, word: str) -> Callable[[Neuron, ArrayLike], Any]:
    def rate(neuron: Neuron, v: ArrayLike) -> Any:
        g = neuron.membrane.gate(gate)
        return getattr(g, which)(np.asarray(v, dtype=float)) * g.phi(neuron.membrane.celsius)

    rate.__doc__ = f"{word} rate of {gate} (1/ms) at v (mV), any shape, and the neuron's temperature."
    return rate


class Neuron:
    """A Hodgkin–Huxley (1952) neuron under a microscope of voltages, https://doi.org/10.1113/jphysiol.1952.sp004764.

    voltage: voltages to look at (mV), increasing, (K,); default 100 points from -150 to 150 mV around rest = 0.
    sodium, potassium, leak: {"G": maximal conductance (mS/cm²), "Eq": reversal potential (mV)}; what is left out is
        that of the classroom set.
    capacitance (µF/cm²), celsius (°C).
    rest: where the voltage convention puts rest (mV), 0 or about -65. By default it follows from potassium's Eq.
    output, theme, preset: folder and look of the videos, as in hhanim.render.

    Raises InvalidValue or UnknownName (both ValueError) with the mend.
    """

    def __init__(
        self,
        voltage: ArrayLike | None = None,
        sodium: Mapping[str, float] | None = None,
        potassium: Mapping[str, float] | None = None,
        leak: Mapping[str, float] | None = None,
        *,
        capacitance: float = 1.0,
        celsius: float = 6.3,
        rest: float | None = None,
        output: str | Path = "output",
        theme: str = "dark",
        preset: str | None = None,
    ) -> None:
        given = {"Na": sodium or {}, "K": potassium or {}, "L": leak or {}}
        for channel, values in given.items():
            for key in values:
                if key not in ("G", "Eq"):
                    raise UnknownName(f"entry of {channel}", key, ("G", "Eq"))
        if rest is None:
            rest = 0.0 if given["K"].get("Eq", -12.0) > _CONVENTION_BORDER else -65.0
        rest = number("rest", rest, -120.0, 60.0, unit="mV", array=False)
        changes = {"C": capacitance, "celsius": celsius}
        for channel, values in given.items():
            changes |= {f"{'g' if key == 'G' else 'E'}{channel}": value for key, value in values.items()}
        #: the model behind every method
        self.membrane: Membrane = presets.get("classroom").shifted(rest).with_(**changes)
        v = np.linspace(*self.membrane.v_range, 100) if voltage is None else voltage
        v = number("voltage", v, unit="mV")
        if np.ndim(v) != 1 or len(v) < 2 or np.any(np.diff(v) <= 0):
            raise InvalidValue(
                "voltage must be two or more increasing values in mV, e.g. np.linspace(-150, 150, 100)"
            )
        self.voltage: Array = v
        self.output, self.theme, self.preset = Path(output), theme, preset

    an, bn = _rate("n", "alpha", "Opening"), _rate("n", "beta", "Closing")
    am, bm = _rate("m", "alpha", "Opening"), _rate("m", "beta", "Closing")
    ah, bh = _rate("h", "alpha", "Opening (de-inactivation)"), _rate("h", "beta", "Closing (inactivation)")

    @staticmethod
    def tau(alpha: ArrayLike, beta: ArrayLike) -> Any:
        """Time constant (ms) of a gate with these rates (1/ms): 1 / (alpha + beta)."""
        return 1.0 / (np.asarray(alpha) + np.asarray(beta))

    @staticmethod
    def finfty(alpha: ArrayLike, beta: ArrayLike) -> Any:
        """Steady state (0..1) of a gate with these rates (1/ms): alpha / (alpha + beta)."""
        return np.asarray(alpha) / (np.asarray(alpha) + np.asarray(beta))

    def _steady_current(self, channel: str) -> Array:
        return np.asarray(self.membrane.currents(self.membrane.steady(self.voltage))[channel])

    def INa(self) -> Array:
        """Steady-state sodium current g m∞³ h∞ (V - E) (µA/cm²) at every voltage, (K,)."""
        return self._steady_current("Na")

    def IK(self) -> Array:
        """Steady-state potassium current g n∞⁴ (V - E) (µA/cm²) at every voltage, (K,)."""
        return self._steady_current("K")

    def IL(self) -> Array:
        """Leak current g (V - E) (µA/cm²) at every voltage, (K,)."""
        return self._steady_current("L")

    def _video(self, clip: str, frames: int, interval: float, **values: Any) -> Video:
        from hhanim.studio.make.films import render

        interval = number("interval", interval, above=0.0, unit="ms", array=False)
        video = render(
            clip,
            preset=self.preset,
            theme=self.theme,
            output=self.output,
            name=clip,
            model=self.membrane,
            frames=frames,
            seconds=frames * interval / 1000.0,
            **values,
        )
        video.show()
        return video

    def _sweep(self, clip: str, frames: int, interval: float, **values: Any) -> Video:
        return self._video(
            clip, frames, interval, v_min=float(self.voltage[0]), v_max=float(self.voltage[-1]), **values
        )

    def time_constants(self, frames: int = 100, interval: float = 50.0) -> Video:
        """Render tau.mp4: the gates' time constants over voltage, `interval` ms a frame."""
        return self._sweep("tau", frames, interval)

    def stationary_constants(self, frames: int = 100, interval: float = 50.0) -> Video:
        """Render f_infty.mp4: the gates' steady states over voltage, `interval` ms a frame."""
        return self._sweep("f_infty", frames, interval)

    def show_currents(
        self, y_min: float = -200.0, y_max: float = 500.0, frames: int = 100, interval: float = 50.0
    ) -> Video:
        """Render currents.mp4: the steady-state currents over voltage, from y_min to y_max (µA/cm²)."""
        return self._sweep("currents", frames, interval, y_min=y_min, y_max=y_max)

    def run(
        self,
        V_init: float,
        n_init: float,
        m_init: float,
        h_init: float,
        Tmax: float,
        inj: float | Protocol = 0.0,
    ) -> Trajectory:
        """The trajectory that simulate() animates: initial V (mV) and gates (0..1), Tmax (ms), inj (µA/cm²)."""
        return simulate(self.membrane, inj, Tmax, start={"V": V_init, "n": n_init, "m": m_init, "h": h_init})

    def simulate(
        self,
        V_init: float,
        n_init: float,
        m_init: float,
        h_init: float,
        Tmax: float,
        inj: float | Protocol = 0.0,
        frames: int = 250,
        interval: float = 30.0,
    ) -> Video:
        """Render simulation.mp4: V; the currents; the conductances of sodium and potassium, from these initial values.

        V_init in mV, gates 0..1, Tmax in ms, inj a constant current (µA/cm²) or a protocol; `interval` ms a frame.
        """
        run = self.run(
            V_init, n_init, m_init, h_init, Tmax, inj
        )  # refuses bad values before anything is drawn
        return self._video(
            "simulation",
            frames,
            interval,
            start=", ".join(f"{name}={float(run[name][0])!r}" for name in ("V", "n", "m", "h")),
            duration=Tmax,
            stimulus=str(inj) if isinstance(inj, Protocol) else f"step({float(inj)!r})",
        )

    def __repr__(self) -> str:
        p = self.membrane.parameters
        values = ", ".join(f"{name}={value:g}" for name, value in p.items() if name not in ("ttx", "tea"))
        return f"Neuron({values}, rest={self.membrane.baseline:g}, {len(self.voltage)} voltages)"
