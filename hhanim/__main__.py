"""``python -m hhanim``."""

from hhanim.cli import main

if __name__ == "__main__":
    main()
