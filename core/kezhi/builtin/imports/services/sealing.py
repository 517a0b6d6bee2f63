"""What imports keep sealed, for the job that brings it under the key in force."""

from __future__ import annotations

from typing import Any

from kezhi.db import metadata

from ...protection.services.resealing import SealedTable
from ..models import Batch, Kept, Problem, Row
from .kinds import importers_of


def sealed_tables() -> list[SealedTable]:
    """Staged rows, problems that quote values, and what imports replaced."""
    return [
        SealedTable(Row.__table__, images={"data": _field_name}),
        SealedTable(Problem.__table__),
        SealedTable(Kept.__table__, images={"before": _column_name}),
    ]


def _field_name(row: Any, key: str) -> str:
    from kezhi import db

    kind = db.session.get_one(Batch, row["batch_id"]).kind
    importer = importers_of().get(kind)
    return next((each.protect for each in importer.fields if each.key == key), "") if importer is not None else ""


def _column_name(row: Any, key: str) -> str:
    kind: Any = metadata.tables[row["part"]].c[key].type
    return str(kind.name)
