"""Child processes that never outlive this one, however it ends."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

from .console import StopError

PATIENCE = 10  # seconds that a child has to end by itself
_SET_PARENT_DEATH_SIGNAL, _SET_CHILD_SUBREAPER = 1, 36
_LIBC = ctypes.CDLL(None)


def _ask_linux(*request):
    if hasattr(_LIBC, "prctl"):
        _LIBC.prctl(*request)


def die_with_parent():
    """Ask to end with the parent: Ctrl-C reaches the parent alone, kill -9 leaves it no time."""
    _ask_linux(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def adopt():
    """Become the parent of what children leave running: a container's first process may never bury the dead."""
    _ask_linux(_SET_CHILD_SUBREAPER, 1)


def bury(process_id):
    """Take an ended process off the system's list, if it was this one's child."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process_id, 0)


def start(command, **options):
    """Start a program in a session of its own, to be stopped by `stop` or with this process."""
    options = {"stdin": subprocess.DEVNULL, "start_new_session": True, **options}
    return subprocess.Popen([str(part) for part in command], preexec_fn=die_with_parent, **options)  # noqa: PLW1509


def stop(process):
    """End a program, kindly first."""
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            break
        process.send_signal(signal_number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # what it started itself, such as a browser


@contextlib.contextmanager
def running(command, **options):
    """Run a program as long as the context lasts."""
    process = start(command, **options)
    try:
        yield process
    finally:
        stop(process)


def wait_for_answer(url, process, seconds=120):
    """Wait until the address answers; the program behind it ending first is an error."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=seconds):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise StopError(f"No answer from {url}: the program behind it did not start; see its log.")
