"""Scenes into frames, by matplotlib and by manim."""
