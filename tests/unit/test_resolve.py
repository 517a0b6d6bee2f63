"""Dependencies between plugins, on data alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezhi import Plugin
from kezhi.discover import Candidate, discover
from kezhi.resolve import closure, dependents, ordered, problems, requirements


def candidate(
    name: str, *, version: str = "1.0", error: str = "", distribution: str = "", **manifest: Any
) -> Candidate:
    plugin = type(name.title(), (Plugin,), {"name": name, "title": name, **manifest})()
    return Candidate(name, distribution or f"kezhi-{name}", version, None if error else plugin, error)


def installed(*candidates: Candidate) -> dict[str, Candidate]:
    return {each.name: each for each in [candidate("core", distribution="kezhi", version="1.2"), *candidates]}


def test_enabling_a_plugin_brings_what_it_needs() -> None:
    all_ = installed(candidate("a", depends={"b": ">=1"}), candidate("b", depends={"c": ""}), candidate("c"))
    assert closure(["a"], all_) == {"a", "b", "c"}
    assert ordered({"a", "b", "c"}, all_) == ["c", "b", "a"]
    assert problems({"a", "b", "c"}, all_) == []


def test_what_needs_a_plugin_goes_with_it() -> None:
    all_ = installed(candidate("a", depends={"b": ""}), candidate("b"), candidate("x"))
    assert dependents("b", ["a", "b", "x"], all_) == {"a"}


@pytest.mark.parametrize(
    ("manifest", "text"),
    [
        ({"depends": {"nowhere": ">=2"}}, "needs nowhere>=2, which is not installed"),
        ({"depends": {"b": ">=2"}}, "needs b>=2, installed is 1.0"),
        ({"depends": {"kezhi": ">=9"}}, "needs kezhi>=9, installed is 1.2"),
        ({"conflicts": ("b",)}, "cannot run beside b"),
        ({"depends": {"bad": ""}}, "needs bad, which cannot be loaded: ImportError"),
    ],
)
def test_a_problem_says_which_plugin_and_why(manifest: dict[str, Any], text: str) -> None:
    all_ = installed(candidate("a", **manifest), candidate("b"), candidate("bad", error="ImportError"))
    assert text in [str(problem) for problem in problems({"a", "b"}, all_) if problem.plugin == "a"]


def test_a_plugin_that_cannot_be_loaded_is_not_said_to_need_itself() -> None:
    all_ = installed(candidate("bad", error="ImportError: no luck"))
    assert [str(problem) for problem in problems({"bad", "gone"}, all_)] == [
        "cannot be loaded: ImportError: no luck",
        "is not installed",
    ]


def test_a_cycle_is_named_and_does_not_hang() -> None:
    all_ = installed(candidate("a", depends={"b": ""}), candidate("b", depends={"a": ""}))
    assert {problem.kind for problem in problems({"a", "b"}, all_)} == {"cycle"}
    assert sorted(ordered({"a", "b"}, all_)) == ["a", "b"]
    itself = installed(candidate("a", depends={"a": ""}))
    assert [str(problem) for problem in problems({"a"}, itself)] == ["depends on itself by way of a"]


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sets(st.sampled_from("abcdefgh")), min_size=1))
def test_order_respects_every_dependency_and_loses_nothing(graph: dict[str, set[str]]) -> None:
    # only edges to later letters: no cycles
    edges = {name: {other for other in needs if other in graph and other > name} for name, needs in graph.items()}
    all_ = installed(*[candidate(name, depends=dict.fromkeys(needs, "")) for name, needs in edges.items()])
    order = ordered(graph, all_)
    assert sorted(order) == sorted(graph)
    assert all(order.index(other) < order.index(name) for name, needs in edges.items() for other in needs)
    assert order == ordered(reversed(list(graph)), all_)


def test_what_is_shipped_can_be_put_in_order() -> None:
    """Tables of a plugin may lean on those of another: a restored backup makes them in this order."""
    shipped = {name: candidate for name, candidate in discover().items() if candidate.plugin is not None}
    order = ordered(shipped, shipped)
    for name, candidate in shipped.items():
        assert candidate.plugin is not None
        before = {*requirements(candidate), *candidate.plugin.extends} & shipped.keys()
        assert {each for each in before if order.index(each) > order.index(name)} == set(), name
