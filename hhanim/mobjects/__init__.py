"""What films are made of: manim mobjects. Importing a module of this package needs manim."""
