"""Frames into files: work folders, workers, locks, progress, and putting in place."""
