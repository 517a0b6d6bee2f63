"""What an installation declares about the protection of its data at rest."""

from __future__ import annotations

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l

STORAGES = (
    ("", _l("not declared")),
    ("disk", _l("encrypted disk or volume")),
    ("database", _l("encryption by the database or its provider")),
    ("none", _l("none: the storage is not encrypted")),
)


class ProtectionSettings(SettingsForm):
    """What the storage does for the data that Kezhi does not encrypt itself, and how long old keys are kept."""

    storage = SelectField(
        _l("Encryption of the storage that the database lies on"),
        choices=STORAGES,
        default="",
        description=_l("Kezhi encrypts files and the personal, contact and credit fields; the storage has the rest."),
    )
    storage_note = StringField(
        _l("Which encryption, and who looks after it"), [Length(max=300)], default="",
        description=_l("For example: LUKS on the server's volume, key with the IT department."),
    )  # fmt: skip
    keep_old_keys_days = IntegerField(
        _l("Days that replaced keys are kept"),
        [InputRequired(_l("Write a whole number.")), NumberRange(min=1, max=3650)],
        default=90,
        description=_l("As long as your oldest backup: without its key it cannot be opened."),
    )
