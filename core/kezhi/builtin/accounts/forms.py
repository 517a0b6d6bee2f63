"""The forms of accounts. A form holds exactly the fields that its page may change."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, IntegerField, PasswordField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from kezhi import lazy_gettext as _l
from kezhi import localised
from kezhi.forms import Form, choice
from kezhi.i18n import CHINESE, ENGLISH

from . import services


class LoginForm(Form):
    """Nothing but login and password."""

    submission_key = None
    login = StringField(
        _l("User name"),
        [InputRequired(), Length(max=200)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True},
    )
    password = PasswordField(
        _l("Password"), [InputRequired(), Length(max=1000)], render_kw={"autocomplete": "current-password"}
    )


CODE = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}


class CodeForm(Form):
    """A code of the second factor."""

    submission_key = None
    code = StringField(
        _l("Verification code"), [InputRequired(), Length(max=100)], render_kw={**CODE, "autofocus": True}
    )


class PresentPasswordForm(Form):
    """The person says that it is them, before the second factor changes."""

    submission_key = None
    old_password = PasswordField(
        _l("Present password"), [InputRequired(), Length(max=1000)], render_kw={"autocomplete": "current-password"}
    )


class PasswordForm(Form):
    """A new password, against the old one."""

    submission_key = None
    old_password = PasswordField(
        _l("Present password"), [InputRequired(), Length(max=1000)], render_kw={"autocomplete": "current-password"}
    )
    new_password = PasswordField(
        _l("New password"), [InputRequired(), Length(max=1000)], render_kw={"autocomplete": "new-password"}
    )
    repeated = PasswordField(
        _l("New password, once more"), [InputRequired(), Length(max=1000)], render_kw={"autocomplete": "new-password"}
    )

    def validate_repeated(self, field: Any) -> None:
        if field.data != self.new_password.data:
            raise ValidationError(_l("The two new passwords differ."))


class ForgottenForm(Form):
    """Who has forgotten the password."""

    submission_key = None
    login = StringField(
        _l("User name"),
        [InputRequired(), Length(max=200)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True},
    )


class LinkForm(Form):
    """A password by a link: its code, which a script fills in from the address, and the password twice."""

    submission_key = None
    code = StringField(
        _l("Code of the link"),
        [InputRequired(), Length(max=100)],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    new_password = PasswordField(
        _l("New password"), [InputRequired(), Length(max=1000)], render_kw={"autocomplete": "new-password"}
    )
    repeated = PasswordField(
        _l("New password, once more"), [InputRequired(), Length(max=1000)], render_kw={"autocomplete": "new-password"}
    )

    def validate_repeated(self, field: Any) -> None:
        if field.data != self.new_password.data:
            raise ValidationError(_l("The two new passwords differ."))


def _languages(empty: Any) -> list[Any]:
    return [choice("", empty), choice(CHINESE, "中文"), choice(ENGLISH, "English")]


def _whole(text: Any) -> int | None:
    return int(text) if text and str(text).isdigit() else None


class Ticks(SelectMultipleField):
    """Several choices as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class UserForm(Form):
    """What an administrator says about a new person."""

    login = StringField(
        _l("User name"),
        [InputRequired(), Length(max=80)],
        description=_l("Letters, digits and . _ - + @; it cannot be changed later."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    name = StringField(_l("Full name"), [InputRequired(), Length(max=80)], render_kw={"autocomplete": "off"})
    department_id = SelectField(_l("Department"), coerce=_whole)
    locale = SelectField(_l("Language"))
    roles = Ticks(_l("Roles"))
    entry = RadioField(
        _l("How the person gets in"),
        default="password",
        choices=lambda: [
            choice("password", _l("With a one-time password that the next page shows")),
            choice("link", _l("With a link by which they set a password themselves")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.department_id.choices = department_choices(_l("None"))
        self.roles.choices = [choice(role.key, localised(role.title)) for role in services.all_roles()]
        self.locale.choices = _languages(_l("As the browser says"))


class Versioned:
    """The hidden number of the version that the page showed."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def show_version(self, version: int) -> None:
        """After a conflict: sending the form once more knowingly replaces ``version``."""
        self.version.raw_data = None
        self.version.data = version


class EditUserForm(UserForm, Versioned):
    """What an administrator changes about a person."""

    login = None
    entry = None
    active = BooleanField(_l("Active"), description=_l("Without this the person cannot log in; open sessions end."))


class PreferencesForm(Form):
    """A person's own language and theme."""

    submission_key = None
    locale = SelectField(_l("Language"))
    theme = SelectField(_l("Theme"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.locale.choices = _languages(_l("As the browser says"))
        self.theme.choices = [
            choice("", _l("As the device says")),
            choice("light", _l("Light")),
            choice("dark", _l("Dark")),
        ]


class DepartmentForm(Form, Versioned):
    """A department: name, where it hangs, who manages it."""

    name = StringField(_l("Department name"), [InputRequired(), Length(max=80)])
    parent_id = SelectField(_l("Belongs to"), coerce=_whole)
    manager_id = SelectField(_l("Manager"), coerce=_whole)
    planned_managers = IntegerField(_l("Planned managers"), [Optional(), NumberRange(min=0, max=9999)])
    planned_staff = IntegerField(_l("Planned staff"), [Optional(), NumberRange(min=0, max=9999)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parent_id.choices = department_choices(_l("Nothing: it stands at the top"))
        self.manager_id.choices = [choice("", _l("Nobody")), *(choice(*row) for row in services.active_people())]


def department_choices(empty: Any) -> list[Any]:
    """All departments in tree order, indented."""
    nodes = services.tree()
    return [choice("", empty), *(choice(node.id, "\u3000" * node.depth + node.name) for node in nodes)]


class RoleForm(Form, Versioned):
    """The permissions of a role, and whether it asks for a second factor."""

    submission_key = None
    permissions = Ticks(_l("Permissions"))
    second_factor = BooleanField(
        _l("Second factor required"),
        description=_l("Whoever has this role and no second factor sets one up at the next log-in."),
    )


__all__ = [
    "CodeForm",
    "DepartmentForm",
    "EditUserForm",
    "LinkForm",
    "LoginForm",
    "PasswordForm",
    "PreferencesForm",
    "PresentPasswordForm",
    "RoleForm",
    "UserForm",
]
