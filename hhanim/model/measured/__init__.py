"""What Hodgkin and Huxley measured on axon 17, to be drawn under what is computed.

Hodgkin & Huxley 1952, J Physiol 117:500, https://doi.org/10.1113/jphysiol.1952.sp004764; README.md beside this file
says who transcribed and digitised the numbers, and how far they can be trusted. Voltages are depolarisations u from
rest (mV): place() puts them on a membrane's own axis.

>>> from hhanim.model import measured
>>> n = measured.gate("n")
>>> n.u, n.inf, n.tau
>>> for step in measured.conductances("K"): print(step.u, step.t, step.g)
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hhanim.model import presets
from hhanim.model.errors import InvalidValue, UnknownName
from hhanim.model.membrane import Membrane

Array = NDArray[np.float64]

#: How the points are signed on a picture.
SOURCE: Final = "Hodgkin & Huxley 1952, axon 17"
#: Maximal conductances (mS/cm²) that fit this axon's Figs 3 and 6: not the 36 and 120 of the standard equations, so
#: computed conductances have the measured shape at any scale, and the measured height at this one.
MAXIMAL: Final = {"K": 24.5, "Na": 72.0}
#: Conduction speed (m/s) of axon 17 (476 µm wide, 18.5 °C): measured, and computed by hand from the equations.
SPEED, SPEED_BY_HAND = 21.2, 18.8

_FIGURES: Final = {"K": "fig3", "Na": "fig6"}
_TABLES: Final = {"n": "table1", "m": "table2", "h": "table2"}
_TEMPERATURES: Final = (6.0, 7.0)  # °C


@dataclass(frozen=True, eq=False)
class Rates:
    """The rates of one gate at each voltage step: u (mV), alpha and beta (1/ms), all (K,), from Table 1 or 2."""

    u: Array
    alpha: Array
    beta: Array

    @property
    def inf(self) -> Array:
        """Steady states (K,). At u = 88 the paper's rates give 1.03 for m, because its β_m is negative there."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def tau(self) -> Array:
        """Time constants (ms) (K,)."""
        return 1.0 / (self.alpha + self.beta)


@dataclass(frozen=True, eq=False)
class Course:
    """A conductance after a step from rest: the step u (mV), times t (ms) and conductances g (mS/cm²), both (K,)."""

    u: float
    t: Array
    g: Array


def gate(name: str) -> Rates:
    """The rates of the gate "n", "m" or "h". Raises UnknownName."""
    rows = _rows(_TABLES, "measured gate", name)
    u, alpha, beta = (_column(rows, key) for key in ("u_mV", f"alpha_{name}", f"beta_{name}"))
    return Rates(u, alpha, beta)


def conductances(ion: str, digitised_by: str = "daly2015") -> tuple[Course, ...]:
    """The conductance of "K" (Fig. 3) or "Na" (Fig. 6) at every step, the largest step first.

    digitised_by: "daly2015" or "hines_modeldb5426". Raises UnknownName.
    """
    rows = _rows(_FIGURES, "measured conductance", ion)
    known = {row["digitised_by"] for row in rows}
    if digitised_by not in known:
        raise UnknownName("digitisation", digitised_by, known)
    rows = [row for row in rows if row["digitised_by"] == digitised_by]
    curves = [
        [row for row in rows if row["curve"] == name] for name in dict.fromkeys(r["curve"] for r in rows)
    ]
    return tuple(Course(float(c[0]["u_mV"]), _column(c, "t_ms"), _column(c, "g_mS_cm2")) for c in curves)


def place(membrane: Membrane, u: Any) -> Array:
    """Where depolarisations u (mV, any shape) lie on the membrane's own axis.

    Raises InvalidValue for a membrane under which these points mean nothing: one whose gates are not those of Hodgkin
    and Huxley's equations, or that is colder or warmer than the axon was.
    """
    low, high = _TEMPERATURES
    classic = presets.get("classic")
    shift, steps = membrane.baseline - classic.baseline, gate("m").u
    own = {
        name: name in membrane.gates
        and np.ndim(membrane.celsius) == 0
        and np.allclose(membrane.inf(name, steps + shift), classic.inf(name, steps), atol=1e-3)
        for name in _TABLES
    }
    if not all(own.values()):
        raise InvalidValue(
            f"the points of 1952 are a squid axon's, so they say nothing about {membrane.name}; "
            "leave out measured, or give the model classic, classroom or modern"
        )
    if not low <= membrane.celsius <= high:
        raise InvalidValue(
            f"the points of 1952 were measured at {low:g} to {high:g} °C, not at {membrane.celsius:g}; "
            "leave out measured, or celsius"
        )
    return np.asarray(u, dtype=float) + membrane.baseline


def beside(membrane: Membrane, u: Any) -> tuple[Membrane, Array, dict[str, list[Course]]]:
    """What is computed to lie beside conductances measured at depolarisations u (mV, (K,)): the membrane at that axon's
    scale, the voltages of the steps, and the measured courses by ion.

    Where the points mean nothing (see place()) it is the membrane itself, with steps from its rest, and no courses.
    """
    try:
        volts = place(membrane, u)
    except InvalidValue:
        return membrane, np.asarray(u, dtype=float) + float(membrane.rest()[0]), {}
    courses = {ion: [c for c in conductances(ion) if c.u in u] for ion in MAXIMAL}
    return membrane.with_(**{f"g{ion}": g for ion, g in MAXIMAL.items()}), volts, courses


def _rows(files: dict[str, str], kind: str, name: str) -> list[dict[str, str]]:
    if name not in files:
        raise UnknownName(kind, name, files)
    return _read(files[name])


@lru_cache(maxsize=4)
def _read(file: str) -> list[dict[str, str]]:
    text = resources.files(__package__).joinpath(f"{file}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _column(rows: list[dict[str, str]], key: str) -> Array:
    return np.array([float(row[key]) for row in rows])
