"""What goes along with the programs that a scene starts."""
