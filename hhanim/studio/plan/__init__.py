"""What is asked for: the catalogue, parameters, project files and presets, as checked requests."""
