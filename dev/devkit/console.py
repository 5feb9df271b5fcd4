"""What devkit tells people, and how it ends when something is missing."""

import contextlib
import os
import signal
import sys
import time


class StopError(Exception):
    """A reason to stop that people can do something about: one line, no traceback."""


class MissingError(StopError):
    """Something that this machine lacks and devkit cannot provide: what it is and how to get it."""

    def __str__(self):
        return f"Missing: {super().__str__()}"


def say(message):
    """Print one line at once, also when the output goes to a file."""
    print(message, flush=True)


@contextlib.contextmanager
def step(title):
    """Announce a step that takes a while, and how long it took."""
    say(f"{title} ...")
    begin = time.monotonic()
    yield
    say(f"{title}: {time.monotonic() - begin:.0f} s")


def _stop(_signal, _frame):
    raise KeyboardInterrupt


def entry(main):
    """Run a command's main function: SIGTERM ends it like Ctrl-C, a missing thing is one line and not a traceback."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGHUP, _stop)
    # A shell starts what it runs in the background with SIGINT ignored; a stop must work there too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    try:
        sys.exit(main(sys.argv[1:]))
    except StopError as reason:
        print(reason, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
