"""What is said about a membrane, a protocol, an ion: the words that clips and films write."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from hhanim.language import Said
from hhanim.language import tr as tr  # what scenes write goes through it
from hhanim.look.numbers import minus, plain
from hhanim.model import Channel, Membrane, Protocol, VoltageClamp, presets
from hhanim.model.protocol import Step

BEFORE_A_UNIT = re.compile(r"(?<=\d) (?=\w{1,2}\b|[^\w\s])")
"""A space between a number and what may be its unit: one or two letters, or what begins with none."""

_IONS = {"Na": "Na⁺", "K": "K⁺", "Ca": "Ca²⁺", "Cl": "Cl⁻"}


def facts(*texts: str) -> str:
    """Facts in a row, those that are empty left out: "one spike · 6.3 °C"."""
    said = {f"fact{k}": tr(text) for k, text in enumerate(texts) if text}
    return Said.of(" · ".join(said.values()), " · ".join(f"{{{name}}}" for name in said), said)


def ion_name(ion: str | None, otherwise: str = "") -> str:
    """An ion with its charge: Na⁺, K⁺ …"""
    return _IONS.get(ion or "", otherwise)


def channel_name(channel: Channel) -> str:
    """What a channel is called on screen: its ion with its charge, and its own name where that differs."""
    ion = ion_name(channel.ion)
    if not ion:
        return tr("leak") if not channel.gates else channel.name
    return ion if channel.name == channel.ion else f"{channel.name} ({ion})"


def listed(names: Sequence[str]) -> str:
    """Names as they are said: "m", "m and n", "m, n and a"."""
    if len(names) < 2:
        return "".join(names)
    return tr("{several} and {last}", several=", ".join(names[:-1]), last=names[-1])


def gates_in_words(channel: Channel) -> str:
    """How many gates of each kind a channel has: "three m and one h"."""
    counts = ((number_word(gate.power), gate.name) for gate in channel.gates)
    return listed([tr("{number} {gate}", number=n, gate=name) for n, name in counts])


def number_word(n: int) -> str:
    """A small number as a word: "four"."""
    words = dict(enumerate(["no", "one", "two", "three", "four", "five", "six", "seven", "eight"]))
    return tr(words.get(n, str(n)))


def conditions(membrane: Membrane, *, celsius: bool = True) -> str:
    """The membrane in words: its title, its temperature, and every number that differs from the preset of its name.

    celsius: whether its temperature is said.
    """
    said = [tr(membrane.title or membrane.name)]
    if celsius and any(gate.dynamic and gate.q10 != 1 for gate in membrane.gates.values()):
        said.append(f"{plain(round(float(membrane.celsius), 2))} °C")
    if membrane.name in presets.names():
        usual = presets.get(membrane.name).parameters
        for key, value in membrane.parameters.items():
            if key != "celsius" and value != usual.get(key):
                said.append(_parameter(key, float(value)))
    return facts(*said)


def unit(parameter: str) -> str:
    """The unit of a membrane's parameter: of C, celsius, gNa, ENa …; "" of another."""
    if parameter in ("C", "celsius"):
        return "µF/cm²" if parameter == "C" else "°C"
    of_a_channel = parameter[:1] in ("g", "E") and parameter[1:2].isupper()
    return {"g": "mS/cm²", "E": "mV"}[parameter[0]] if of_a_channel else ""


def _parameter(key: str, value: float) -> str:
    number = plain(value, 4)
    if key == "C":
        return f"$C$ = {number} {unit(key)}"
    if key[0] in "gE" and len(key) > 1:
        return rf"${key[0]}_{{\mathrm{{{key[1:]}}}}}$ = {number} {'mS/cm²' if key[0] == 'g' else 'mV'}"
    return tr("{drug} blocks {share} %", drug=key.upper(), share=plain(100 * value, 3))


def stimulus_text(protocol: Protocol, duration: float) -> str:
    """A protocol in words if it is constant or a step, else as it is written."""
    if isinstance(protocol, VoltageClamp):
        return minus(str(protocol))
    values = np.asarray(protocol(np.linspace(0.0, duration, 257)[:-1]), dtype=float)
    if np.ptp(values) == 0:
        return f"$I$ = {plain(values[0], 4)} µA/cm²"
    if isinstance(protocol, Step) and all(
        np.ndim(x) == 0 for x in (protocol.amplitude, protocol.start, protocol.stop)
    ):
        strength, start, width = (
            plain(protocol.amplitude, 4),
            plain(protocol.start, 4),
            protocol.stop - protocol.start,
        )
        if protocol.stop >= duration:
            return tr("{strength} µA/cm² from {start} ms on", strength=strength, start=start)
        words = {"strength": strength, "start": start, "width": plain(width, 4)}
        return tr("{strength} µA/cm² for {width} ms at {start} ms", **words)
    return tr("$I$ (µA/cm²): {protocol}", protocol=minus(str(protocol)))
