"""What is drawn: a key such as "I_Na" gives a symbol, a unit, and the ion and role that decide colour and line style.

The hue says the ion, the line style says which of that ion's quantities it is, so a channel that somebody adds tomorrow
is drawn, labelled and told apart without a line of code here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hhanim.model import Membrane

#: Hue slot of each ion or quantity that has one of its own; other ions take the slots "other1", "other2", … in turn.
HUES = {
    "Na": "sodium",
    "K": "potassium",
    "Ca": "calcium",
    "Cl": "chloride",
    "L": "leak",
    "V": "ink",
    "t": "ink",
    "I": "stimulus",
    "V-nullcline": "chloride",  # not the ink of V: the way of the state, which lies along it, is in that
}
_LEAK_NAMES = ("L", "leak", "Leak", "l")


@dataclass(frozen=True)
class Quantity:
    """One drawn quantity.

    key: "V", "t", "I", a gate ("m"), or "I_Na", "g_Na", "tau_m", "m_inf".
    symbol: matplotlib mathtext without dollars; typst: the same in Typst mathematics.
    unit: "" for pure numbers. role: "voltage", "time", "stimulus", "gate", "current", "conductance", "tau" or "inf".
    ion: "Na", "K", … or "". hue: slot of the theme. rank: 0 for the first of its role and ion, 1 for the next (dashes).
    """

    key: str
    symbol: str
    typst: str
    name: str
    unit: str
    role: str
    ion: str
    hue: str
    rank: int = 0

    @property
    def label(self) -> str:
        """The symbol as text that matplotlib typesets, e.g. ``$I_{\\mathrm{Na}}$``."""
        return f"${self.symbol}$"

    @property
    def axis(self) -> str:
        """The axis label: symbol and unit, e.g. ``$V$ (mV)``."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


def _subscript(name: str) -> tuple[str, str]:
    """A name as a subscript, upright because it is a word: (mathtext, Typst)."""
    return rf"\mathrm{{{name}}}", f'"{name}"'


def _gate_symbol(name: str) -> tuple[str, str]:
    """m → m; m_T → m with subscript T; a longer word stands upright."""
    base, _, sub = name.partition("_")
    upright = len(base) > 1
    tex, typ = (rf"\mathrm{{{base}}}", f'"{base}"') if upright else (base, base)
    if sub:
        s = _subscript(sub)
        return rf"{tex}_{{{s[0]}}}", f"{typ}_({s[1]})"
    return tex, typ


def _make(kind: str, name: str, ion: str, hue: str, rank: int) -> Quantity:
    key, unit, words = f"{kind}_{name}", "", name
    if kind in ("I", "g"):
        sub, typ = _subscript(name)
        symbol = rf"{kind}_{{{sub}}}", f"{kind}_{typ}"
        role, unit = ("current", "µA/cm²") if kind == "I" else ("conductance", "mS/cm²")
        words = f"{'leak' if hue == 'leak' else name} {role}"
        return Quantity(key, *symbol, words, unit, role, ion, hue, rank)
    symbol = tex, typ = _gate_symbol(name)
    base, _, sub = tex.partition("_")
    if kind == "gate":
        key, words = name, f"gate {name}"
    elif kind == "tau":
        symbol = rf"\tau_{{{name.replace('_', '') if sub else tex}}}", f"tau_({typ})"
        unit, words = "ms", f"time constant of {name}"
    else:
        # One subscript only: m_T at infinity reads m_{T,∞}.
        symbol = (rf"{base}_{{{sub[1:-1]},\infty}}", f"{typ}^oo") if sub else (rf"{tex}_\infty", f"{typ}_oo")
        key, words = f"{name}_inf", f"steady state of {name}"
    return Quantity(key, *symbol, words, unit, kind, ion, hue, rank)


_PLAIN = {
    "V": Quantity("V", "V", "V", "membrane potential", "mV", "voltage", "", "ink"),
    "t": Quantity("t", "t", "t", "time", "ms", "time", "", "ink"),
    "I": Quantity("I", "I", "I", "injected current", "µA/cm²", "stimulus", "", "stimulus"),
}


@lru_cache(maxsize=64)
def _of(channels: tuple[tuple[str, str, tuple[str, ...]], ...]) -> dict[str, Quantity]:
    """All quantities of channels given as (name, ion, gate names)."""
    out = dict(_PLAIN)
    strangers: list[str] = []
    ranks: Counter[tuple[tuple[str, ...], str]] = Counter()
    for name, ion, gates in channels:
        if not ion and (name in _LEAK_NAMES or not gates):
            hue = "leak"
        elif ion in HUES:
            hue = HUES[ion]
        else:  # an ion without a colour of its own, or an unspecific channel such as a mixed cation current
            stranger = ion or name
            if stranger not in strangers:
                strangers.append(stranger)
            hue = f"other{strangers.index(stranger) + 1}"
        for kinds, named in ((("I", "g"), (name,)), (("gate", "tau", "inf"), gates)):
            for each in named:
                for kind in kinds:
                    q = _make(kind, each, ion, hue, ranks[kinds, hue])
                    out[q.key] = q
                ranks[kinds, hue] += 1
    return out


def quantities(membrane: Membrane) -> dict[str, Quantity]:
    """Every quantity that can be drawn of this membrane, by key."""
    return _of(tuple((c.name, c.ion or "", tuple(g.name for g in c.gates)) for c in membrane.channels))


def quantity(key: str, membrane: Membrane | None = None) -> Quantity:
    """The quantity of that key, of this membrane or (without one) by the field's usual names.

    Raises UnknownName.
    """
    if membrane is not None:
        known = quantities(membrane)
    else:
        known = _of(
            (("Na", "Na", ("m", "h")), ("K", "K", ("n",)), ("L", "", ()), ("Ca", "Ca", ()), ("Cl", "Cl", ()))
        )
    if key not in known:
        from hhanim.model.errors import UnknownName  # it loads numpy, which names do without

        raise UnknownName("quantity", key, known)
    return known[key]
