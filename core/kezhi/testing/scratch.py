"""Where the databases of tests stand: in memory where there is room, since none of them need outlive its test.

A folder is held by a lock for as long as its process lives. What killed runs have left in memory is cleared away by
the next one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

MEMORY = Path("/dev/shm")  # noqa: S108 - folders in it are made by mkdtemp
ROOM = 4 * 2**30  #: bytes that have to be free there; two workers and their server need half a gigabyte
PREFIX = "kezhi-scratch-"

#: the locks of this process's folders
_held: dict[Path, Any] = {}


def folder(outside_homes: bool = False) -> Path:
    """A new folder; ``outside_homes``: never below the home of a user, whatever TMPDIR says."""
    place = str(MEMORY) if _roomy() else "/tmp" if outside_homes else None  # noqa: S108
    made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    _held[made] = (made / "held").open("w")
    fcntl.flock(_held[made], fcntl.LOCK_EX)
    return made


def remove(made: Path) -> None:
    """Give a folder back."""
    shutil.rmtree(made, ignore_errors=True)
    if made in _held:
        _held.pop(made).close()


def clear_leftovers() -> None:
    """Remove the folders in memory whose process is gone, and stop the servers that it left on them."""
    for left in MEMORY.glob(f"{PREFIX}*") if MEMORY.is_dir() else ():
        with suppress(OSError), (left / "held").open() as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # somebody's who lives: OSError
            for file in left.rglob("postmaster.pid"):
                _stop(file)
            shutil.rmtree(left, ignore_errors=True)


def _stop(file: Path) -> None:
    """Stop the database server of a folder, if it is that which runs under the number."""
    with suppress(OSError, ValueError):
        number = int(file.read_text().splitlines()[0])
        if str(file.parent) in Path(f"/proc/{number}/cmdline").read_text():
            os.kill(number, signal.SIGQUIT)


def _roomy() -> bool:
    try:
        free = os.statvfs(MEMORY)
    except OSError:
        return False
    return os.access(MEMORY, os.W_OK) and free.f_bavail * free.f_frsize >= ROOM
