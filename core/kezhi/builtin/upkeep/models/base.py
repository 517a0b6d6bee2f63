"""The declarative base of this builtin's tables."""

from __future__ import annotations

from typing import Any

from kezhi import model_base

Base: Any = model_base("upkeep")
