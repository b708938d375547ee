"""Colours, typeface and symbols, shared by the clips (matplotlib) and the films (manim)."""

from .quantities import Quantity, quantities, quantity
from .theme import DARK, LIGHT, THEMES, Theme, get_theme

__all__ = ["DARK", "LIGHT", "THEMES", "Quantity", "Theme", "get_theme", "quantities", "quantity"]
