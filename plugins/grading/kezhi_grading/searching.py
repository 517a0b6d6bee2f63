"""How schemes and runs are found in the search box: by the name of the scheme, by its key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, cast, literal, select

from kezhi import lazy_gettext as _l
from kezhi.builtin.search.contributions import SearchKind

from .models import Run, SchemeVersion


def scheme_kind() -> SearchKind:
    """Versions of schemes."""
    fields: Any = SchemeVersion
    return SearchKind(
        key="grading",
        title=_l("Grading schemes"),
        model=SchemeVersion,
        endpoint="grading.scheme_found",
        argument="scheme_id",
        permission="grading.read",
        heading=fields.title,
        codes=(fields.key,),
        names=(fields.title,),
        notes=(literal("v") + cast(fields.version, Text), fields.key),
        icon="sliders",
        order=50,
    )


def run_kind() -> SearchKind:
    """Runs by the scheme that they ran; its name never changes, for a changed scheme is a new version."""
    fields: Any = Run
    title = select(SchemeVersion.title).where(SchemeVersion.id == Run.scheme_id).scalar_subquery()
    return SearchKind(
        key="grading.runs",
        title=_l("Grading runs"),
        model=Run,
        endpoint="grading.run_found",
        argument="run_id",
        permission="grading.read",
        heading=title,
        codes=(fields.scheme_key,),
        names=(title.label("title"),),
        notes=(
            literal("#") + cast(fields.number, Text),
            cast(fields.period_start, Text) + literal(" – ") + cast(fields.period_end, Text),
        ),
        icon="award",
        order=51,
    )
