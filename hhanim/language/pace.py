"""How fast people read captions, and say lines."""

READING, LEAST, SPEAKING = 17.0, 1.0, 2.6
"""Characters that are read in a second; seconds that a caption stays at least; words that are said in a second."""


def reading_time(text: str) -> float:
    """How long (s) a caption has to stay."""
    return max(LEAST, len(text) / READING)


def speaking_time(text: str) -> float:
    """How long (s) a line takes to say and to read."""
    return max(reading_time(text), len(text.split()) / SPEAKING)
