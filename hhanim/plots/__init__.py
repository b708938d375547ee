"""Clips: figures that move, drawn with matplotlib and captured with celluloid."""
