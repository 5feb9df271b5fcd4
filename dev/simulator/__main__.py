"""`python dev/simulator --help`, from anywhere."""

import sys
from pathlib import Path

if not __package__:
    # Run as a directory: make the package importable by its name, and its files not by theirs.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from simulator.main import main

if __name__ == "__main__":
    sys.exit(main())
