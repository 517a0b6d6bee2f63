"""Killing a process at any point of what it does: at a statement that writes, a commit, or a step on the disk.

The points between two of these leave the same behind as the one before them. Everything is done in children of the
test's own process, which is warm: a child is killed, a second one starts anew and looks at what the first one left.
"""

from __future__ import annotations

import os
import random
import signal
import traceback
from collections.abc import Callable
from typing import Any

from sqlalchemy import event, update

from kezhi import clock, tables
from kezhi.site import Site

#: what reads, or begins and ends without changing anything
QUIET = ("SELECT", "PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE")
ON_DISK = ("fsync", "replace", "rename", "unlink", "link", "mkdir")
NEVER = 10**9
SEED = 20261130
LONGEST = 120  #: seconds that a child may take: one that waits for something for ever ends by SIGALRM


class Points:
    """Counts the points of this process, and kills it at the one with the number ``last``."""

    def __init__(self, last: int = NEVER) -> None:
        self.last, self.passed = last, 0

    def meet(self, *_given: Any) -> None:
        self.passed += 1
        if self.passed == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, site: Site) -> None:
        """Count from now on, for good: this process ends with what it does."""
        for name in ON_DISK:
            setattr(os, name, self._around(getattr(os, name)))
        event.listen(site.engine, "before_cursor_execute", self._statement)
        dialect = site.engine.dialect
        dialect.do_commit = self._around(dialect.do_commit)  # type: ignore[method-assign]

    def _around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **more: Any) -> Any:
            self.meet()
            answer = function(*arguments, **more)
            self.meet()
            return answer

        return counted

    def _statement(self, _connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        if not text.lstrip().upper().startswith(QUIET):
            self.meet()


def in_child(act: Callable[[], Any]) -> tuple[int, str]:
    """Do it in a fork of this process: its exit status, and what it answered as text or the trace of its error."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 0
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(LONGEST)
        try:
            os.close(reader)
            text = str(act())
        except BaseException:
            text, code = traceback.format_exc(), 1
        os.write(writer, text.encode()[-30_000:])
        os._exit(code)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        text = pipe.read().decode(errors="replace")
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text


def count_points(site: Site, act: Callable[[], Any]) -> int:
    """How many points there are in it."""

    def counting() -> int:
        points = Points()
        points.watch(site)
        act()
        return points.passed

    status, text = in_child(counting)
    assert status == 0, text
    return int(text)


def kill_at(site: Site, act: Callable[[], Any], point: int) -> bool:
    """Do it until a point; whether the process was killed there. False when it was done before that."""

    def until_then() -> None:
        Points(point).watch(site)
        act()

    status, text = in_child(until_then)
    assert status in (0, -signal.SIGKILL), text
    return status != 0


def chosen(name: str, count: int, some: int) -> list[int]:
    """``some`` of the points 1 to ``count``, the same ones each time; never the same ones for two scenarios."""
    return sorted(random.Random(f"{SEED} {name}").sample(range(1, count + 1), min(some, count)))  # noqa: S311


def end_leases(site: Site) -> None:
    """What a worker that was killed leaves: after a minute its slots are anybody's, and what failed is due again."""
    job, now = tables.job.c, clock.now()
    with site.engine.execution_options(kezhi_write=True).begin() as connection:
        past = now.replace(year=2000)
        connection.execute(update(tables.job).where(job.state == "running").values(lease_until=past))
        connection.execute(update(tables.job).where(job.state == "waiting").values(due_at=past))
