"""Whether there are enough different people for all steps: Hall's condition by augmenting paths (APR-02)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seats:
    """A step with who could sign it, how many have to, and whether these are all of them."""

    place: int
    people: tuple[tuple[int, str], ...]
    needs: int
    whole: bool


def short(steps: Sequence[Seats], without: int | None = None) -> tuple[int, ...]:
    """The places of steps for which there are not enough different people; empty where there are.

    ``without`` is a person who cannot sign at all: who put the request up.
    """
    taken: dict[int, int] = {}
    for step in steps:
        if not step.whole:
            continue
        people = [key for key, _name in step.people if key != without]
        if not people:
            return (step.place,)
        for key in people:
            if key in taken:
                return (taken[key], step.place)
            taken[key] = step.place
    return _short(steps, taken, without)


def _short(steps: Sequence[Seats], taken: dict[int, int], without: int | None) -> tuple[int, ...]:
    open_steps = [step for step in steps if not step.whole]
    wanted = sum(step.needs for step in open_steps)
    free = {
        step.place: [key for key, _name in step.people if key != without and key not in taken] for step in open_steps
    }
    signs: dict[int, int] = {}  # person → place
    for step in open_steps:
        if len(free[step.place]) >= wanted:
            continue  # there is always somebody left for it
        for _number in range(step.needs):
            seen: set[int] = set()
            if not _augment(step.place, free, signs, seen):
                return _who_stands_in_the_way(step, steps, seen, signs, taken)
    return ()


def _augment(place: int, free: dict[int, list[int]], signs: dict[int, int], seen: set[int]) -> bool:
    for key in free[place]:
        if key in seen:
            continue
        seen.add(key)
        if key not in signs or _augment(signs[key], free, signs, seen):
            signs[key] = place
            return True
    return False


def _who_stands_in_the_way(
    step: Seats, steps: Sequence[Seats], seen: set[int], signs: dict[int, int], taken: dict[int, int]
) -> tuple[int, ...]:
    places = {step.place} | {signs[key] for key in seen if key in signs}
    people = {key for each in steps if each.place in places for key, _name in each.people}
    return tuple(sorted(places | {taken[key] for key in people if key in taken}))
