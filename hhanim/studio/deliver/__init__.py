"""Films into what a lecture is held with."""
