"""Time on the wall, and of the processors: what a busy machine does to the first it does less to the second."""

import os
from pathlib import Path
from time import perf_counter, process_time

TICKS = os.sysconf("SC_CLK_TCK")
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"


class Clock:
    """Started when made. `cpu`: this process; `work`: with PostgreSQL's for this database, if it runs here."""

    def __init__(self, env):
        self._cr = env.cr
        self._work = self._backends()
        self._began = perf_counter(), process_time()

    def read(self):
        """Return the seconds since the start."""
        seconds, cpu = perf_counter() - self._began[0], process_time() - self._began[1]
        ended = self._backends()
        work = [used - self._work.get(process, 0) for process, used in ended.items()]
        return {"seconds": seconds, "cpu": cpu, "work": cpu + sum(work)}

    def _backends(self):
        """Processor time of each of PostgreSQL's processes that serve this database."""
        self._cr.execute(_BACKENDS)
        found = {process: _used(process) for (process,) in self._cr.fetchall()}
        self._cr.commit()
        return found


def _used(process):
    try:
        # The name, in brackets, may hold anything.
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / TICKS
