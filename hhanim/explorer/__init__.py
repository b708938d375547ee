"""The explorer: move a slider, see the neuron change. One offline HTML file, or inside a notebook."""

from hhanim.explorer.files import package, serve
from hhanim.explorer.lesson import LessonError, lessons
from hhanim.explorer.notebook import Inline, Interactive, explore
from hhanim.explorer.webpage import page

__all__ = ["Inline", "Interactive", "LessonError", "explore", "lessons", "package", "page", "serve"]
