"""The cache folder: everything devkit fetches, builds or runs lives there, never in the checkout."""

import contextlib
import fcntl
import hashlib
import os
import shutil
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def cache():
    """Return the cache folder, made if it is not there."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(os.environ.get("PAYG_CACHE") or Path(home) / "payg_control_unit").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def digest(*parts):
    """Return a short key for what the parts say."""
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:12]


def checkout_key():
    """Return the key of this checkout, so that several can share one cache."""
    return digest(CHECKOUT)[:8]


@contextlib.contextmanager
def locked(name):
    """Hold the lock of that name against every other process that uses this cache."""
    folder = cache() / "locks"
    folder.mkdir(exist_ok=True)
    with open(folder / name, "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def built(path, build):
    """Return `path`, built by `build(path)` unless that was completed before.

    A marker beside the folder is written last, so what an interrupted build left behind is never used.
    """
    marker = path.with_name(f"{path.name}.complete")
    if marker.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(f"{path.parent.name}-{path.name}"):
        if not marker.exists():
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
            build(path)
            marker.touch()
    return path
