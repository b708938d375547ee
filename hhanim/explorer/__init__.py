"""The explorer: move a slider, see the neuron change. One HTML file, or inside a notebook."""

from hhanim.explorer.demonstrations import DEMONSTRATIONS, Demonstration
from hhanim.explorer.page import page

__all__ = ["DEMONSTRATIONS", "Demonstration", "page"]
