"""What a new draft starts from: a shipped scheme, one of the company's, or nearly nothing."""

from __future__ import annotations

from importlib.resources import files

from kezhi import currency

from ..models import SchemeVersion
from ..reading import read_scheme
from ..scheme import SCORE_CARD, THRESHOLD, Scheme
from ..services.schemes import SHIPPED, latest_versions, scheme_of
from .opening import draft_of_scheme
from .shape import DRAFT, GRADE, Draft, row


def shipped_schemes() -> dict[str, Scheme]:
    """The shipped schemes as they were shipped, whatever the company made of them."""
    return {key: read_scheme(_source(key), currency=currency()) for key in SHIPPED}


def _source(key: str) -> str:
    return files("kezhi_grading").joinpath(f"schemes/{key}.toml").read_text(encoding="utf-8")


def draft_from_shipped(key: str) -> Draft | None:
    """A draft with another key, None when no such scheme is shipped."""
    if key not in SHIPPED:
        return None
    return _renamed(draft_of_scheme(read_scheme(_source(key), currency=currency()), currency()))


def draft_from_version(version: SchemeVersion) -> Draft:
    """A draft with another key from a version of a scheme."""
    return _renamed(draft_of_scheme(scheme_of(version), version.currency))


def empty_draft(method: str) -> Draft:
    """Three grades and the usual signatures; everything else is the company's to say."""
    threshold = method == THRESHOLD
    tones = (("A", "green"), ("B", "blue"), ("C", "gray"))
    return row(
        DRAFT,
        key=_free_key("scheme"),
        method=THRESHOLD if threshold else SCORE_CARD,
        scale="normalised",
        period="12",
        review="12",
        grades=[
            row(GRADE, key=key, zh=f"{key} 级", en=f"Grade {key}", tone=tone, sign="from", place=str(n),
                rule="rest" if n == len(tones) else "all")
            for n, (key, tone) in enumerate(tones, 1)
        ],
        steps=[{"zh": "复评", "en": "Review", "role": "sales-director"},
               {"zh": "审批", "en": "Approval", "role": "general-manager"}],
    )  # fmt: skip


def _renamed(draft: Draft) -> Draft:
    return {**draft, "key": _free_key(draft["key"])}


def _free_key(wanted: str) -> str:
    taken = {version.key for version in latest_versions()}
    number = 2
    while (found := f"{wanted[:36]}-{number}") in taken:
        number += 1
    return wanted if wanted not in taken else found
