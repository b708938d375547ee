"""Clips: figures that move, drawn with matplotlib."""

from hhanim.process import spare_documentation

spare_documentation()
