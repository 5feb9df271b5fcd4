"""The machine: its programs, its users, its package manager and its ports."""

import os
import pwd
import shutil
import socket
import subprocess

from .cache import locked
from .console import MissingError, step


def is_root():
    """Return whether this process may install packages and change users."""
    return os.geteuid() == 0


def find_program(*names, folders=()):
    """Return the path of the first program found, on PATH or in the folders, or None."""
    places = os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)])
    return next((path for name in names if (path := shutil.which(name, path=places))), None)


def install(what, *packages):
    """Install Debian packages, or say in one line that `what` is missing and how to get it."""
    how = f"apt install {' '.join(packages)}"
    if not (is_root() and find_program("apt-get")):
        raise MissingError(f"{what}. Get it: {how} (as root on Debian), or your system's own package.")
    quiet = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
    environ = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    with locked("apt"), step(f"Installing {what} with apt"):
        subprocess.run(["apt-get", "update", "-q"], check=False, env=environ, **quiet)
        command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
        done = subprocess.run(command, check=False, env=environ, **quiet)
    if done.returncode:
        raise MissingError(f"{what}: '{how}' failed: {last_line(done.stderr)}")


def last_line(text):
    """Return the last line of a program's output that says something."""
    return next((line for line in reversed(text.splitlines()) if line.strip()), "no message")


def server_user():
    """Return the user that PostgreSQL runs as when this process is root, which PostgreSQL refuses; else None."""
    if not is_root():
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return known.get("postgres") or known.get("nobody")


def free_port(wanted=0):
    """Return the wanted port of the loopback interface if nobody listens there, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise MissingError("a free port on the loopback interface.")
