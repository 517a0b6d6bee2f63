from wtforms import IntegerField
from wtforms.validators import NumberRange

from kezhi import Plugin, SettingsForm, hookimpl


class ExampleSettings(SettingsForm):
    """The default is the shipped value; code reads setting("example", "days")."""

    days = IntegerField("Days until a reminder", [NumberRange(1, 60)], default=14)


class Example(Plugin):
    name = "example"
    title = "Example"

    @hookimpl
    def register_settings(self):
        return [ExampleSettings]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(app):
    from kezhi import set_setting, setting, writing

    assert app.extensions["kezhi"].settings["example"] is ExampleSettings
    with writing():
        set_setting("example", "days", 7)
    assert setting("example", "days") == 7


def gone(app):
    assert "example" not in app.extensions["kezhi"].settings
