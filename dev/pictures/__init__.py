"""The pictures of the README, taken from a demo that is made for them and dropped afterwards.

`main` needs the standard library alone, and starts the demo; `story` drives the browser, in the virtual environment.
"""
