"""Costs are divided to the cent (CMP-13)."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezhi_complaints.services.responsible import split


@pytest.mark.clause("CMP-13")
@given(amount=st.integers(0, 9_000_000_000_000), cuts=st.sets(st.integers(1, 999_999), max_size=11))
def test_the_parts_of_a_cost_are_the_cost_to_the_cent(amount: int, cuts: set[int]) -> None:
    edges = [0, *sorted(cuts), 1_000_000]
    shares = [after - before for before, after in itertools.pairwise(edges)]
    parts = split(amount, shares)
    assert sum(parts) == amount
    for part, share in zip(parts, shares, strict=True):  # nobody bears a cent more than rounding makes
        assert abs(part * 1_000_000 - amount * share) < 1_000_000
    both = sorted(zip(shares, parts, strict=True))
    assert [part for _share, part in both] == sorted(parts), "who has the larger share never bears less"
