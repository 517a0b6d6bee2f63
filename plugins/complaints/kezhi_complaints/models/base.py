"""The declarative base of the plugin's models."""

from __future__ import annotations

from typing import Any

from kezhi import model_base

Base: Any = model_base("complaints")
