"""What every film stands on: the film itself, its layout, lettering, clock, and coming and going."""
