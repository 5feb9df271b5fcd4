"""PostgreSQL: the server that the PG… variables name, else a private cluster in the cache folder."""

import contextlib
import fcntl
import os
import re
import socket
import subprocess
from pathlib import Path

from .cache import cache, digest, locked
from .console import MissingError
from .machine import find_program, install, last_line, server_user
from .processes import adopt, bury

GIVEN = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGSERVICE")
ROLE = "odoo"  # Odoo refuses a role named postgres
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 100  # the system's limit for the path of a socket is 107 bytes
COMMON = {"listen_addresses": "''", "max_connections": "200", "shared_buffers": "256MB"}
PROFILES = {
    # A demo is used for days and its machine may crash: PostgreSQL's own, safe settings.
    "demo": {},
    # Databases of a test run live for minutes and are made again from nothing, so nothing is lost by not waiting for
    # the disk. Never for figures that are to mean something. A lock that is not had within a minute never will be: the
    # runner is one process, so it waits for itself, and an error tells where.
    "test": {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "lock_timeout": "60s"},
    # What a server with 4 GB for PostgreSQL would have, and as safe.
    "bench": {"shared_buffers": "1GB", "effective_cache_size": "3GB", "max_wal_size": "4GB", "work_mem": "16MB"},
}


def is_given():
    """Return whether the caller's variables name a server."""
    return any(os.environ.get(name) for name in GIVEN)


@contextlib.contextmanager
def postgres(profile):
    """Provide the variables that clients need to connect, as long as the context lasts.

    A private cluster is shared by all processes that use the same profile: the first starts it, the last stops it.
    """
    if is_given():
        yield {name: os.environ[name] for name in GIVEN if os.environ.get(name)}
        return
    cluster = Cluster(profile)
    users = cluster.join()
    try:
        yield {"PGHOST": str(cluster.socket), "PGPORT": "5432", "PGUSER": ROLE}
    finally:
        cluster.leave(users)


class Cluster:
    """A private PostgreSQL that listens on a socket in its own folder, which only its owner may enter."""

    def __init__(self, profile):
        self.settings = {**COMMON, **PROFILES[profile]}
        self.binaries = _binaries()
        self.user = server_user()
        self.name = f"postgresql-{_major(self.binaries)}-{profile}"
        self.folder = _reachable(cache() / "postgresql", self.user) / self.name
        self.data = self.folder / "data"
        self.socket = self.folder
        if len(str(self.folder / SOCKET)) > LONGEST_SOCKET:
            self.socket = Path("/tmp") / f"payg-{digest(self.folder)}"

    def join(self):
        """Count this process among the users, and start the cluster if it is not running."""
        with locked(self.name):
            users = open(cache() / "locks" / f"{self.name}.users", "w")  # noqa: SIM115 - held until leave()
            fcntl.flock(users, fcntl.LOCK_SH)
            if not self._answers():
                self._start()
        return users

    def leave(self, users):
        """Stop the cluster if no other process uses it. The system itself takes the dead off the list."""
        with locked(self.name), users, contextlib.suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            server = int((self.data / "postmaster.pid").read_text().split()[0])
            self._run("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w")
            bury(server)

    def _answers(self):
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket / SOCKET)) == 0

    def _start(self):
        for folder in {self.folder, self.socket}:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            if self.user:
                os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        if not (self.data / "PG_VERSION").exists():
            self._run("initdb", "-D", self.data, "-U", ROLE, "--auth=trust", "--encoding=UTF8", "--locale=C")
        settings = {**self.settings, "unix_socket_directories": f"'{self.socket}'"}
        adopt()
        options = " ".join(f"-c {key}={value}" for key, value in settings.items())
        self._run("pg_ctl", "start", "-D", self.data, "-l", self.folder / "log", "-w", "-o", options)

    def _run(self, program, *arguments):
        """Run a program of PostgreSQL as the user that may, away from the terminal's Ctrl-C."""
        identity = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        command = [str(self.binaries / program), *map(str, arguments)]
        with open(cache() / "locks" / f"{self.name}.out", "w+") as output:
            done = subprocess.run(
                command, check=False, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True, **identity,
            )  # fmt: skip
            output.seek(0)
            if done.returncode:
                message = last_line(output.read())
                raise MissingError(f"a working PostgreSQL: {program} failed: {message} (see {self.folder / 'log'}).")


def _binaries():
    """Return the folder of PostgreSQL's server programs, installed with apt if need be."""
    for attempt in range(2):
        folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_in, reverse=True)
        if program := find_program("initdb", folders=folders):
            return Path(program).resolve().parent
        if not attempt:
            install("PostgreSQL", "postgresql")
    raise MissingError("PostgreSQL's initdb. Get it: install PostgreSQL 13 or newer, or set PGHOST and PGUSER.")


def _version_in(path):
    return [int(number) for number in re.findall(r"\d+", str(path))]


def _major(binaries):
    answer = subprocess.run([binaries / "initdb", "--version"], check=True, capture_output=True, text=True).stdout
    return re.search(r"\d+", answer)[0]


def _reachable(folder, user):
    """Return the folder, or one under /var/lib when root's cache folder is closed to the user of the server."""
    if not user or all(parent.stat().st_mode & 0o001 for parent in folder.parents if parent.exists()):
        return folder
    return Path("/var/lib/payg_control_unit") / digest(folder)
