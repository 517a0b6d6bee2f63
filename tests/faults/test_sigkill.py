"""Killed at any point, nothing is half and nothing is in effect twice; the doctor is content (three points of every
scenario and database in each run, all of them in the deep one).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kezhi import db
from kezhi.builtin.apps.doctor import examine
from kezhi.builtin.imports.services import background, loading
from kezhi.builtin.protection import ring
from kezhi.testing.databases import Databases

from .kill_scenarios import SCENARIOS, Desk, is_sound
from .killing import chosen, count_points, in_child, kill_at

pytestmark = [pytest.mark.faults, pytest.mark.services]
PARTS = 4  #: of all points of a scenario: each is a test of its own, with ground of its own
SOME = 3  #: points of each scenario on each database, thirty in all

Ground = tuple[Desk, Callable[[], None]]


@pytest.fixture
def ground(request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """The ground of a scenario, made once, in a process that is warm; and what puts it back as it was."""
    scenario = SCENARIOS[request.getfixturevalue("name")]
    for module, constant in ((background, "MANY"), (loading, "CHUNK")):
        monkeypatch.setattr(module, constant, getattr(module, constant))  # what a scenario changes is put back
    site = databases.site(())
    jobs = dict(site.app.extensions["kezhi"].jobs)
    with site.app.app_context():
        desk = Desk(site, site.app)
        scenario.begin(desk)
        db.session.remove()
        kept = databases.keep(site)

        def put_back() -> None:
            db.session.remove()
            ring.forget()
            site.app.extensions.pop("kezhi_ring", None)
            databases.put_back(site, kept)

        (scenario.warm or scenario.act)(desk)  # once here, so that every child is warm
        examine(site)
        put_back()
        yield desk, put_back
        db.session.remove()
    site.app.extensions["kezhi"].jobs.update(jobs)
    databases.drop(site)


def killed_and_resumed(ground: Ground, name: str, point: int) -> tuple[bool, str]:
    """One kill: what was left is gone on with by a new process, then everything has to hold.

    Whether it was killed, and what does not hold.
    """
    (desk, put_back), scenario = ground, SCENARIOS[name]
    put_back()
    was_killed = kill_at(desk.site, lambda: scenario.act(desk), point)

    def go_on() -> None:
        scenario.resume(desk)
        db.session.remove()
        scenario.hold(desk)
        is_sound(desk)

    status, text = in_child(go_on)
    return was_killed, f"{name}, killed at point {point}, exit {status}:\n{text}\n" if status else ""


def points_of(ground: Ground, name: str) -> int:
    """How many points there are; without a kill everything holds as well."""
    (desk, put_back), scenario = ground, SCENARIOS[name]
    found = count_points(desk.site, lambda: scenario.act(desk))
    status, text = in_child(lambda: (scenario.hold(desk), is_sound(desk)))
    assert status == 0, text
    put_back()
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_at_some_points_nothing_is_half_and_nothing_is_there_twice(
    ground: Ground, name: str, databases: Any
) -> None:
    count = points_of(ground, name)
    assert count > 10
    for point in chosen(f"{name} {databases.kind}", count, SOME):
        was_killed, wrong = killed_and_resumed(ground, name, point)
        assert was_killed, f"it was to be killed at {point} of {count}"
        assert not wrong, wrong


@pytest.mark.deep
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_at_every_point_nothing_is_half_and_nothing_is_there_twice(
    ground: Ground, name: str, part: int, record_property: Callable[[str, object], None]
) -> None:
    """Every ``PARTS``-th point from ``part`` on: several workers (``-n2``) share a scenario's points."""
    count = points_of(ground, name)
    points = range(1 + part, count + 1, PARTS)
    found = [killed_and_resumed(ground, name, point) for point in points]
    killed = sum(was_killed for was_killed, _text in found)
    record_property("points", len(points))
    record_property("killed", killed)
    wrong = "".join(text for _was_killed, text in found)
    assert not wrong, wrong
    # how often progress is told depends on how long it takes: the last points are not met each time
    assert killed > len(points) * 9 // 10, f"killed at {killed} of {len(points)}"
