"""Whether a film is still what its scene would make today, and if not, why."""
