"""Ions: their charges, where they are, and the potential at which each stands still."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

#: RT/F is this (mV) times the absolute temperature (K): R = 8.31446261815324 J/(mol K), F = 96485.33212331 C/mol.
PER_KELVIN = 1000.0 * 8.31446261815324 / 96485.33212331
ZERO_CELSIUS = 273.15
#: Elementary charges of the ions that are known.
CHARGES = {"Na": 1, "K": 1, "Ca": 2, "Cl": -1}


def thermal_voltage(celsius: Any) -> Any:
    """RT/F (mV) at a temperature (°C)."""
    return PER_KELVIN * (np.asarray(celsius, dtype=float) + ZERO_CELSIUS)


def nernst(outside: Any, inside: Any, charge: int, celsius: Any) -> Any:
    """The potential (mV, inside minus outside) at which an ion of these concentrations (one unit) stands still."""
    return thermal_voltage(celsius) / charge * np.log(np.asarray(outside) / np.asarray(inside))


def outside(e: float, inside: float, charge: int, celsius: float) -> float:
    """The concentration outside that goes with one inside and a Nernst potential e (mV)."""
    return inside * math.exp(e * charge / float(thermal_voltage(celsius)))
