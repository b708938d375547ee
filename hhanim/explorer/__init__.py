"""The explorer: move a slider, see the neuron change. One offline HTML file, or inside a notebook."""

from hhanim.explorer.demonstrations import DEMONSTRATIONS, Demonstration
from hhanim.explorer.files import serve, write
from hhanim.explorer.notebook import Inline, Interactive, explore
from hhanim.explorer.webpage import page

__all__ = ["DEMONSTRATIONS", "Demonstration", "Inline", "Interactive", "explore", "page", "serve", "write"]
