"""The parts that apps have in the form of a customer file: checked with it, saved with it or not at all."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from sqlalchemy import select
from wtforms import Field
from wtforms.fields.choices import SelectFieldBase

from kezhi import Refused, acting_user, db, localised
from kezhi.forms import Form, fill_errors
from kezhi.i18n import _
from kezhi.tables import plugin as plugin_row

from .contributions import FormPart, When
from .services import Invalid

log = logging.getLogger("kezhi.customers")

#: The name under which a form says which parts it showed.
SHOWN = "form_part"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a browser needs to know to hide a control, and the sentence for those who see it all the same."""

    other: str
    values: tuple[str, ...]
    text: str


class BoundPart:
    """One part with what was sent, or with what is stored."""

    def __init__(self, plugin: str, part: FormPart, customer_id: int | None) -> None:
        self.plugin, self.part = plugin, part
        self.is_sent = part.key in request.form.getlist(SHOWN)
        stored = {} if self.is_sent else part.read(customer_id)
        self.form = part.form(prefix=f"{part.key.replace('.', '-')}-", data=stored, meta={"csrf": False})
        del self.form.submission_key  # the record's form has it
        if part.prepare is not None:
            part.prepare(self.form)

    @property
    def controls(self) -> list[Field]:
        """The fields, in order."""
        return list(self.form)

    @property
    def wrong(self) -> int:
        """How many controls have an error."""
        return sum(bool(control.errors) for control in self.form) + len(self.form.form_errors)

    @property
    def clause(self) -> tuple[str, Any] | None:
        """The clause that the part serves, with its title."""
        offered = current_app.extensions["kezhi"].call.register_clauses()
        return next(((each.id, each.title) for each in offered if each.id == self.part.clause), None)

    def condition(self, control: Field) -> Condition | None:
        """When a control is to be filled in; None for always."""
        for when in self.part.when:
            if when.field == control.short_name:
                other = self.form[when.other]
                return Condition(other.id, when.values, _only_when(other, when))
        return None

    def validate(self) -> bool:
        """The form's own rules and its conditions: what does not apply is never dropped in silence."""
        valid = self.form.validate()
        for when in self.part.when:
            control, other = self.form[when.field], self.form[when.other]
            applies = str(other.data) in when.values if when.values else bool(other.data)
            message = ""
            if control.data and not applies:
                message = str(_("%(when)s. Empty it, or fill in the other one.", when=_only_when(other, when)))
            elif applies and when.required and not control.data:
                message = str(_("“%(field)s” is needed here.", field=control.label.text))
            if message and not control.errors:
                control.errors = [message]
                valid = False
        return bool(valid)


def _only_when(other: Field, when: When) -> str:
    if not when.values:
        return str(_("Only when “%(other)s” is filled in", other=other.label.text))
    offered = other.iter_choices() if isinstance(other, SelectFieldBase) else ()
    labels = {str(choice.value): choice.label for choice in offered}
    names = str(_(", ")).join(str(labels.get(value, value)) for value in when.values)
    return str(_("Only when “%(other)s” is %(values)s", other=other.label.text, values=names))


def _app_title(name: str) -> str:
    """How an app is called, also one that is disabled or gone: the site keeps its title. Else its name."""
    running = current_app.extensions["kezhi"].plugins.get(name)
    if running is not None:
        return str(running.title)
    manifest = db.session.scalar(select(plugin_row.c.manifest).where(plugin_row.c.name == name)) or {}
    return localised(manifest.get("title")) or name


class Parts:
    """All parts of one form. Made before the form is checked."""

    def __init__(self, customer_id: int | None) -> None:
        kernel = current_app.extensions["kezhi"]
        found = kernel.call.attributed.customer_form_parts(customer_id=customer_id, user=acting_user())
        self.bound = [BoundPart(plugin, part, customer_id) for plugin, part in found]
        self.failed: BoundPart | None = None
        shown = request.form.getlist(SHOWN)
        self.lost = sorted(set(shown) - {each.part.key for each in self.bound})

    @property
    def sent(self) -> list[BoundPart]:
        """The parts that the form carried: an app enabled since then had no place in it."""
        return [each for each in self.bound if each.is_sent]

    def validate(self, form: Form) -> bool:
        """Whether every part is as it should be; a part that is gone since it was filled in stops the form."""
        for key in self.lost:
            title = _app_title(key.partition(".")[0])
            message = _("The app “%(app)s” cannot take its part of this form at present. Nothing has been saved: copy "
                        "what you entered there, or try again later.", app=title)  # fmt: skip
            form.form_errors = [*form.form_errors, str(message)]
        wrong = [each for each in self.sent if not each.validate()]  # all of them are asked
        return not wrong and not self.lost

    def save(self, customer_id: int) -> None:
        """Save every part, inside the record's transaction. Errors: ``Refused``; then nothing may be stored."""
        for each in self.sent:
            self.failed = each
            try:
                each.part.save(customer_id, each.form.data)
            except Refused:
                raise
            except Exception as error:
                log.exception("app %s: its part %s of a form cannot be saved", each.plugin, each.part.key)
                message = _(
                    "The app “%(app)s” could not save its part. Nothing has been saved.", app=_app_title(each.plugin)
                )
                raise Refused(message) from error
        self.failed = None

    def refuse(self, refused: Refused) -> bool:
        """Put a refusal to the part that made it. False when it was none of them."""
        if self.failed is None:
            return False
        errors: Mapping[Any, str] = {refused.field: str(refused)}
        if isinstance(refused, Invalid):
            errors = refused.errors
        for field, message in errors.items():
            fill_errors(self.failed.form, Refused(message, field=field))
        return True

    @property
    def forms(self) -> list[Form]:
        """For the summary of errors."""
        return [each.form for each in self.bound]
