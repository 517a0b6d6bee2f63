"""What a company may decide about files."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from .kinds import KINDS, USUAL


class FilesSettings(SettingsForm):
    """Which files may be uploaded, and how long deleted ones can be brought back."""

    most_megabytes = IntegerField(
        _l("Largest file in MB"),
        [InputRequired(_l("Write a whole number.")), NumberRange(min=1, max=60)],
        default=30,
    )
    types = StringField(
        _l("Types of files that may be uploaded"),
        [InputRequired(_l("Name at least one type."))],
        description=_l("File name endings with commas between them. What a file holds must agree with its ending."),
        default=", ".join(USUAL),
    )
    allow_macros = BooleanField(
        _l("Accept office files with macros"),
        description=_l("Macros are programs. Refused unless you need them."),
        default=False,
    )
    keep_deleted_days = IntegerField(
        _l("Days that deleted files can be brought back"),
        [InputRequired(_l("Write a whole number.")), NumberRange(min=0, max=3650)],
        description=_l("Afterwards their contents are removed for good."),
        default=90,
    )

    def validate_types(self, field: Any) -> None:
        """Only endings whose content can be told."""
        unknown = [ending for ending in endings(field.data or "") if ending not in KINDS]
        if unknown:
            raise ValidationError(
                _(
                    "Unknown: %(unknown)s. Known: %(known)s.",
                    unknown=", ".join(unknown),
                    known=", ".join(sorted(KINDS)),
                )
            )


def endings(text: str) -> tuple[str, ...]:
    """``"PDF, .docx"`` as ``("pdf", "docx")``."""
    words = text.replace("、", ",").replace("，", ",").replace(";", ",").replace(" ", ",").split(",")
    return tuple(dict.fromkeys(word.strip().lstrip(".").lower() for word in words if word.strip(" .")))
