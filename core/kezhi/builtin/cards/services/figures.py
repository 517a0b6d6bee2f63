"""The figures that apps put on the card, as they are now and as periods kept them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import current_app
from sqlalchemy import func

from kezhi import PluginError, User, acting_user
from kezhi.filters import EMPTY, money, number, points, ppm
from kezhi.i18n import _, in_both_languages

from ..contributions import CardFigure


def figures() -> list[CardFigure]:
    """The figures of the enabled apps in their order. Errors: ``PluginError`` for a key of another app."""
    found = []
    for plugin, figure in current_app.extensions["kezhi"].call.attributed.card_figures():
        if not figure.key.startswith(f"{plugin}."):
            raise PluginError(plugin, f"figure {figure.key!r} must start with {plugin}.", stage="card_figures")
        found.append(figure)
    return sorted(found, key=lambda figure: figure.order)


def manifest(found: Sequence[CardFigure]) -> list[dict[str, Any]]:
    """What a period keeps of its figures, so that its cards can be read without the apps."""
    first = next((figure.key for figure in found if figure.classifies), None)
    return [
        {
            "key": figure.key,
            "title": in_both_languages(figure.title),
            "unit": figure.unit,
            "permission": figure.permission,
            "classifies": figure.key == first,
        }
        for figure in found
    ]


def visible_figures(kept: Sequence[dict[str, Any]], user: User | None = None) -> list[tuple[int, dict[str, Any]]]:
    """The figures of a period that somebody may see, each with its place among the values of a card."""
    user = user or acting_user()
    return [(place, figure) for place, figure in enumerate(kept) if user.can(figure["permission"])]


def value_or_none(figure: CardFigure, value: Any) -> Any:
    """The value of a figure as SQL: 0 for customers without a row, where that is what it means."""
    return func.coalesce(value, 0) if figure.no_rows == "zero" else value


def sees_grade(kept: Sequence[dict[str, Any]], user: User | None = None) -> bool:
    """Whether somebody may see by what customers are classified."""
    return any(figure["classifies"] for _place, figure in visible_figures(kept, user))


def shown(unit: str, value: Any) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return EMPTY
    if unit == "text" or isinstance(value, str):
        return str(value)
    if unit == "date":
        return f"{value // 10_000:04d}-{value // 100 % 100:02d}-{value % 100:02d}"
    if unit == "days":
        return str(_("%(number)s days", number=number(value)))
    if unit == "years":
        return str(_("%(number)s years", number=number(value)))
    written: dict[str, Callable[[Any], str]] = {"money": money, "ratio": ppm, "points": points}
    return str(written.get(unit, number)(value))
