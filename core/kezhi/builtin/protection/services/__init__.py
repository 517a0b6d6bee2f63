"""Protection at rest as plain functions: the pages, commands and jobs are thin callers."""

from .deviations import deviations, switch_off, switch_on
from .rotating import (
    RENEW,
    TAKE_UP,
    TOGETHER,
    Standing,
    count_indexes,
    indexes_wait,
    prepare,
    renew,
    retire,
    rotate,
    standing,
    uses,
)

__all__ = [
    "RENEW",
    "TAKE_UP",
    "TOGETHER",
    "Standing",
    "count_indexes",
    "deviations",
    "indexes_wait",
    "prepare",
    "renew",
    "retire",
    "rotate",
    "standing",
    "switch_off",
    "switch_on",
    "uses",
]
