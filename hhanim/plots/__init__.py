"""Clips: figures that move, drawn with matplotlib and captured with celluloid."""

from hhanim.process import spare_documentation

spare_documentation()
