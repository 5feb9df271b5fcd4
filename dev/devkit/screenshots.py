"""dev/screenshots: see the package pictures."""

from pictures.main import main

from .console import entry

if __name__ == "__main__":
    entry(main)
