"""Protection at rest as plain functions: the pages, commands and jobs are thin callers."""

from .deviations import deviations, switch_off, switch_on
from .rotating import RENEW, TAKE_UP, TOGETHER, Standing, prepare, renew, retire, rotate, standing, uses

__all__ = [
    "RENEW",
    "TAKE_UP",
    "TOGETHER",
    "Standing",
    "deviations",
    "prepare",
    "renew",
    "retire",
    "rotate",
    "standing",
    "switch_off",
    "switch_on",
    "uses",
]
