"""dev/bench: see the package benchmark."""

from benchmark.main import main

from .console import entry

if __name__ == "__main__":
    entry(main)
