"""Which figures customers are asked to declare: the company's own list (TRD-07)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import g
from sqlalchemy import func, select, update

from kezhi import Conflict, NotFound, Refused, audit_record, clock, db, localised
from kezhi.i18n import _

from ..models import UNITS, Declaration, Figure

figures = Figure.__table__
LONGEST_NAME = 60

#: What the columns of a file of declared figures are called that hold no figure.
RESERVED = ("customer_code", "year", "declared_on", "stated_in")

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")

Row = dict[str, Any]


def all_figures() -> list[Row]:
    """Every figure in the company's order, retired ones too; read once per request, in one statement."""
    found: list[Row] | None = g.get("kezhi_trade_figures")
    if found is None:
        statement = select(*figures.c).order_by(figures.c.position, figures.c.id)
        found = [dict(row) for row in db.session.execute(statement).mappings()]
        g.kezhi_trade_figures = found
    return found


def figures_in_use() -> list[Row]:
    """The figures that customers are asked for."""
    return [figure for figure in all_figures() if figure["retired_at"] is None]


def title_of(figure: Mapping[str, Any]) -> str:
    """How the present language calls a figure."""
    return localised({"zh": figure["zh"], "en": figure["en"]})


def usage() -> dict[int, int]:
    """How many declarations stand behind each figure, whoever may see them."""
    table = Declaration.__table__
    rows = db.session.execute(select(table.c.figure_id, func.count()).group_by(table.c.figure_id))
    return {int(row[0]): int(row[1]) for row in rows}


def figure_by_id(figure_id: int) -> Figure:
    """A figure. Errors: ``NotFound``."""
    found = db.session.get(Figure, figure_id)
    if found is None:
        raise NotFound(_("There is no such figure."))
    return found


def add_figure(values: Mapping[str, Any]) -> Figure:
    """Add a figure at the end: ``key``, ``zh``, ``en`` and ``unit``. Errors: ``Refused`` naming the field."""
    key, unit = str(values.get("key") or "").strip(), values.get("unit")
    if not _KEY.fullmatch(key) or key.endswith("_growth") or key in RESERVED:
        raise Refused(
            _(
                "“%(key)s” cannot be the key: write small letters a–z, digits and _, a letter first, at most 40; "
                "_growth cannot be its end, and columns of the import file have names of their own.",
                key=key,
            ),
            field="key_name",
        )
    if any(each["key"] == key for each in all_figures()):
        raise Refused(_("There is a figure with the key “%(key)s” already.", key=key), field="key_name")
    if unit not in UNITS:
        raise Refused(_("Choose one of the list."), field="unit")
    last = max([each["position"] for each in all_figures()], default=0)
    figure = Figure(key=key, unit=unit, position=last + 1, version=1, **_names(values))
    db.session.add(figure)
    db.session.flush()
    _changed("figure.add", figure.id)
    return figure


def rename_figure(figure_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Call a figure otherwise; its key and its unit stay. Errors: ``Conflict``, ``NotFound``, ``Refused``."""
    _store(figure_by_id(figure_id), version, _names(values, figure_id))
    _changed("figure.rename", figure_id)


def retire_figure(figure_id: int, version: int) -> None:
    """Ask for the figure no more; what was declared stays, and so does its metric."""
    _store(figure_by_id(figure_id), version, {"retired_at": clock.now()})
    _changed("figure.retire", figure_id)


def restore_figure(figure_id: int, version: int) -> None:
    """Ask for a retired figure again."""
    _store(figure_by_id(figure_id), version, {"retired_at": None})
    _changed("figure.restore", figure_id)


def move_figure(figure_id: int, up: bool) -> None:
    """Exchange a figure with its neighbour; at the end of the list nothing happens."""
    figure_by_id(figure_id)
    order = [each["id"] for each in all_figures()]
    place = order.index(figure_id)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    for position, each in enumerate(order, 1):
        db.session.execute(update(figures).where(figures.c.id == each).values(position=position))
    db.session.expire_all()
    _changed("figure.order", figure_id)


def _names(values: Mapping[str, Any], figure_id: int | None = None) -> dict[str, str]:
    names = {part: " ".join(str(values.get(part) or "").split()) for part in ("zh", "en")}
    if not names["zh"]:
        raise Refused(_("A figure needs a Chinese name."), field="zh")
    for part, text in names.items():
        if len(text) > LONGEST_NAME:
            raise Refused(_("At most %(count)s characters.", count=LONGEST_NAME), field=part)
        taken = {each[part].casefold() for each in all_figures() if each["id"] != figure_id}
        if text and text.casefold() in taken:
            raise Refused(_("There is a figure called “%(name)s” already.", name=text), field=part)
    return names


def _store(figure: Figure, version: int, values: Mapping[str, Any]) -> None:
    statement = update(Figure).where(Figure.id == figure.id, Figure.version == version)
    result: Any = db.session.execute(
        statement.values(**values, version=version + 1), execution_options={"synchronize_session": False}
    )
    if result.rowcount != 1:
        raise Conflict(_("Somebody else changed this figure meanwhile. Nothing has been saved."))
    db.session.refresh(figure)


def _changed(action: str, figure_id: int) -> None:
    g.pop("kezhi_trade_figures", None)
    audit_record(action, "trade_figure", figure_id)
