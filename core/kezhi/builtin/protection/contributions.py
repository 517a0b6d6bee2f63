"""What apps say about the data that they keep under keys of the ring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Text = Any
CLEAR = 0  #: the version of what is under no key at all


@dataclass(frozen=True, slots=True)
class KeyUse:
    """Data under keys of one purpose (``files``, ``fields`` or ``index``).

    ``count()`` answers how many pieces are under which version, ``CLEAR`` for those that are not protected; it is asked
    by a page, so keep it to a grouped statement over an index. ``renew(version)`` brings some pieces (a batch of a few
    hundred) that are under another version or in the clear under ``version``, inside ``writing()`` of its own, and
    answers how many it has brought; 0 when there are none left. It may be cut off and called again at any time.
    ``key`` starts with the app's name. ``tables()`` are the sealed tables of protected fields, when they are what is
    under the keys (``services.resealing.key_use`` sets it): their digests follow a rotation of the index key.
    """

    key: str
    title: Text
    purpose: str
    count: Callable[[], Mapping[int, int]]
    renew: Callable[[int], int]
    tables: Callable[[], Sequence[Any]] = tuple
