"""Scenes into media: what there is to render, with which parameters, into which files."""
