"""Sealed files: what was cut, changed, swapped or pasted never comes out, not even as rubbish (CUS-11)."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kezhi.builtin.protection import sealing, temporaries
from kezhi.builtin.protection.sealing import HEAD, TAG, Damaged

CHUNK = 64
SECRET, OTHER = b"k" * 32, b"o" * 32


@pytest.fixture(autouse=True, scope="module")
def small_chunks() -> Any:
    """Chunks of 64 bytes: the same rules with a thousandth of the work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "CHUNK", CHUNK)
        yield


def sealed(content: bytes, secret: bytes = SECRET, name: str = "a") -> bytes:
    target = io.BytesIO()
    sealer = sealing.Sealer(target, secret, name)
    for start in range(0, len(content), 50):
        sealer.write(content[start : start + 50])
    sealer.finish()
    assert sealer.size == len(target.getvalue())
    return target.getvalue()


def opened(data: bytes, secret: bytes = SECRET, name: str = "a") -> bytes:
    with sealing.unseal(io.BytesIO(data), secret, name) as source:
        return source.read()


contents = st.binary(min_size=0, max_size=5 * CHUNK) | st.sampled_from([b"x" * CHUNK * n for n in range(4)])


@pytest.mark.clause("CUS-11")
@given(contents, st.data())
def test_what_was_sealed_comes_out_as_it_was_from_any_place(content: bytes, data: st.DataObject) -> None:
    whole = sealed(content)
    assert opened(whole) == content
    assert content not in whole or len(content) < 8
    with sealing.unseal(io.BytesIO(whole), SECRET, "a") as source:
        for _time in range(3):
            place = data.draw(st.integers(0, len(content) + 5))
            length = data.draw(st.integers(0, 3 * CHUNK))
            source.seek(place)
            assert source.read(length) == content[place : place + length]


@given(st.binary(min_size=1, max_size=4 * CHUNK), st.data())
def test_one_flipped_bit_anywhere_is_found(content: bytes, data: st.DataObject) -> None:
    whole = bytearray(sealed(content))
    spare = HEAD - 1  # the byte of the head that says nothing
    place = data.draw(st.integers(0, len(whole) - 1).filter(lambda at: at != spare))
    whole[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Damaged):
        opened(bytes(whole))


@given(contents, st.data())
def test_a_file_that_was_cut_or_made_longer_is_found_before_its_first_byte(content: bytes, data: st.DataObject) -> None:
    whole = sealed(content)
    cut = data.draw(st.integers(0, len(whole) - 1))
    for wrong in (whole[:cut], whole + whole[HEAD:], whole + b"\0" * (CHUNK + TAG)):
        with pytest.raises(Damaged):
            sealing.unseal(io.BytesIO(wrong), SECRET, "a")


@given(st.binary(min_size=3 * CHUNK, max_size=3 * CHUNK), st.binary(min_size=3 * CHUNK, max_size=3 * CHUNK))
@settings(max_examples=30)
def test_chunks_cannot_be_swapped_nor_pasted_from_another_file(content: bytes, others: bytes) -> None:
    size = CHUNK + TAG
    whole, other = sealed(content), sealed(others, name="b")
    same_key = sealed(others)
    head, first, second, third = whole[:HEAD], *[whole[HEAD + n * size : HEAD + (n + 1) * size] for n in range(3)]
    for source in (other, same_key):
        pasted = source[HEAD + size : HEAD + 2 * size]
        with pytest.raises(Damaged):
            opened(head + first + pasted + third)
    for wrong in (head + second + first + third, head + third + second + first, head + first + third, head + second):
        with pytest.raises(Damaged):
            opened(wrong)
    for secret, name in ((OTHER, "a"), (SECRET, "b")):
        with pytest.raises(Damaged):
            opened(whole, secret, name)


def test_no_two_sealings_are_alike_and_a_wrong_key_opens_no_key() -> None:
    assert sealed(b"the same") != sealed(b"the same")
    wrapped = sealing.wrap(SECRET, OTHER)
    assert sealing.unwrap(SECRET, wrapped) == OTHER
    for key, data in ((OTHER, wrapped), (SECRET, wrapped[:-1]), (SECRET, bytes(40)), (SECRET, b"")):
        with pytest.raises(Damaged):
            sealing.unwrap(key, data)


def test_an_archive_is_looked_into_without_unsealing_it_to_the_disk() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", "hello" * 100)
    with sealing.unseal(io.BytesIO(sealed(target.getvalue())), SECRET, "a") as source, zipfile.ZipFile(source) as found:
        assert found.read("a.txt") == b"hello" * 100


@given(st.lists(st.binary(max_size=200), max_size=5), st.integers(0, 400), st.integers(0, 300))
def test_a_temporary_file_reads_as_it_was_written_and_not_from_the_disk(
    pieces: list[bytes], place: int, length: int
) -> None:
    content = b"".join(pieces)
    with temporaries.temporary() as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        raw: Any = file
        under = raw.raw._file
        before = under.tell()
        under.seek(0)
        stored = under.read()
        under.seek(before)
        assert len(stored) == len(content)
        assert content not in stored or len(content) < 8
        file.seek(place)
        assert file.read(length) == content[place : place + length]
