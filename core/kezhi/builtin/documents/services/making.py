"""From a record to bytes: read in one short transaction, rendered outside of any."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from kezhi import NotFound, clock
from kezhi.audit import record_alone
from kezhi.db import end_reading
from kezhi.i18n import _, in_both_languages, is_chinese

from .. import rendering
from ..contributions import Content, DocumentKind, Format
from .kinds import kind_for, record_for
from .letterhead import head_and_foot

MEDIA: dict[str, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a document is rendered from, as plain values. ``number`` is empty for a draft."""

    kind: DocumentKind
    record_id: int
    variant: str
    content: Content
    head: dict[str, Any]
    title: str
    titles: dict[str, str]
    at: datetime
    day: date
    number: str = ""
    issued_by: str = ""
    holder: str = ""
    keep_until: date | None = None

    def facts(self) -> dict[str, Any]:
        """What the letterhead and the foot show, for templates."""
        return {
            **{name: value for name, value in self.head.items() if name != "logo"},
            "title": self.title,
            "subject": self.content.subject,
            "note": self.content.note,
            "number": self.number,
            "draft": not self.number,
            "day": self.day.isoformat(),
            "by": self.issued_by,
            "holder": self.holder,
            "keep-until": self.keep_until.isoformat() if self.keep_until else "",
            "lang": "zh" if is_chinese() else "en",
            "labels": {
                "number": str(_("No.")),
                "draft": str(_("Draft")),
                "unnumbered": str(_("Draft, not issued")),
                "day": str(_("Date of issue")),
                "by": str(_("Issued by")),
                "holder": str(_("Kept by")),
                "keep-until": str(_("Keep until")),
                "page": str(_("Page {page} of {pages}")),
                "phone": str(_("Phone")),
            },
        }


@dataclass(frozen=True, slots=True)
class Draft:
    """A preview: bytes that are kept nowhere."""

    name: str
    media_type: str
    content: bytes


def plan(key: str, record_id: int, variant: str) -> Plan:
    """Read what a document says. Errors: ``NotFound``, ``Refused`` by the kind."""
    kind = kind_for(key)
    record_for(kind, record_id)
    chosen = variant
    if kind.variants is not None:
        offered = [choice.value for choice in kind.variants(record_id)]
        chosen = variant or next(iter(offered), "")
        if chosen not in offered:
            raise NotFound(_("There is no such document."))
    elif variant:
        raise NotFound(_("There is no such document."))
    content, head = kind.make(record_id, chosen), head_and_foot()
    now = clock.now()
    day = clock.local(now).date()
    made = Plan(kind, record_id, chosen, content, head, str(kind.title), in_both_languages(kind.title), now, day)
    end_reading()
    return made


def render(made: Plan, format_: Format) -> bytes:
    """The bytes: the same for the same plan. Runs outside transactions. Errors: ``Refused``."""
    if format_ not in made.kind.formats:
        raise NotFound(_("There is no such document."))
    if format_ == "pdf":
        return rendering.pdf(made)
    return rendering.workbook(made) if format_ == "xlsx" else rendering.word(made)


def preview(key: str, record_id: int, format_: str, variant: str = "") -> Draft:
    """The document as it would be issued now, marked as a draft and without a number; looking is on record."""
    made = plan(key, record_id, variant)
    body = render(made, format_)  # type: ignore[arg-type]
    record_alone("document.preview", key, record_id, format=format_, variant=made.variant)
    draft = _("Draft")
    name = f"{draft} {made.title} {made.content.subject}"[:120]
    return Draft(f"{name}.{format_}", MEDIA[format_], body)


def preview_page(key: str, record_id: int, variant: str, page: int) -> tuple[bytes, int]:
    """One page of the draft as a picture, and how many pages there are. Errors: ``NotFound`` beyond the last."""
    made = plan(key, record_id, variant)
    if "pdf" not in made.kind.formats:
        raise NotFound(_("There is no such document."))
    pages = rendering.pictures(made)
    if not 1 <= page <= len(pages):
        raise NotFound(_("There is no such document."))
    if page == 1:
        record_alone("document.preview", key, record_id, format="png", variant=made.variant)
    return pages[page - 1], len(pages)


def numbered(made: Plan, number: str, issued_by: str, holder: str) -> Plan:
    """The plan of the issued document."""
    return replace(
        made, number=number, issued_by=issued_by, holder=holder, keep_until=later(made.day, made.kind.keep_years)
    )


def later(day: date, years: int) -> date:
    """The same day ``years`` later; of a leap day the first of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
