"""``@name`` in a note: who is meant, what is kept of it, and how it is written again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezhi import Refused
from kezhi.builtin.timeline.mentions import MOST_MENTIONS, Named, put_together, spellings, take_apart

HE, LI, HEZHI = Named(1, "hezq", "何志强"), Named(2, "li.ting", "李婷"), Named(3, "hezhi", "何志")
ANN, WANG, OTHER_WANG = Named(4, "ann", "Ann Lee"), Named(5, "wangwei", "王伟"), Named(6, "wangwei2", "王伟")
EVERYBODY = [HE, LI, HEZHI, ANN, WANG, OTHER_WANG]


def meant(text: str) -> list[list[int]]:
    """Who may be meant at each mention, by id."""
    return [[each.id for each in people] for _position, people in take_apart(text, EVERYBODY)[1]]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("@何志强请看", [[1]]),  # the longest name wins over 何志
        ("请@何志 看一下", [[3]]),
        ("@hezq, please", [[1]]),
        ("@Li.Ting.", [[2]]),  # a full stop ends the sentence, not the login
        ("@Ann Lee and @李婷", [[4], [2]]),
        ("@王伟", [[5, 6]]),
        ("@王伟(wangwei2)", [[6]]),
        ("@王伟（wangwei）好", [[5]]),
        ("write to ann@example.com", []),
        ("12 @ 5.00", []),
        ("单价@5元", []),
    ],
)
def test_a_name_or_login_after_an_at_mentions_somebody(text: str, ids: list[list[int]]) -> None:
    assert meant(text) == ids


@pytest.mark.parametrize("text", ["@annabel", "@赵六", "@li", "@hezq-2"])
def test_a_name_that_nobody_has_is_refused_and_not_dropped(text: str) -> None:
    with pytest.raises(Refused) as refused:
        take_apart(text, EVERYBODY)
    assert refused.value.field == "text"
    assert text[1:] in str(refused.value)


def test_what_is_kept_holds_no_name() -> None:
    kept, places = take_apart("请@何志强和@李婷看", EVERYBODY)
    assert kept == "请@和@看"
    assert [position for position, _people in places] == [1, 3]
    pieces = put_together(kept, [(1, 1), (3, 2)], {1: "何自强", 2: "李婷"})
    assert "".join(text for text, _is_mention in pieces) == "请@何自强和@李婷看", "the name of today"


def test_a_note_mentions_a_limited_number_of_people() -> None:
    assert spellings("@a " * MOST_MENTIONS)
    with pytest.raises(Refused):
        spellings("@a " * (MOST_MENTIONS + 1))


pieces = st.one_of(
    st.sampled_from([each for each in EVERYBODY if each not in (WANG, OTHER_WANG)]), st.text(" 中文ab\n.,")
)


@given(st.lists(pieces, max_size=12))
def test_a_text_taken_apart_and_put_together_is_the_same(parts: list[Named | str]) -> None:
    text = " ".join(f"@{part.name}" if isinstance(part, Named) else part for part in parts)
    kept, places = take_apart(text, EVERYBODY)
    names = {each.id: each.name for each in EVERYBODY}
    mentions = [(position, people[0].id) for position, people in places]
    again = put_together(kept, mentions, names)
    assert "".join(piece for piece, _is_mention in again) == text
    assert sum(is_mention for _piece, is_mention in again) == sum(isinstance(part, Named) for part in parts)
