"""What every film stands on: the film itself, its layout, lettering, clock, narration, and coming and going."""
