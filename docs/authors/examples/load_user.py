from kezhi import Plugin, User, hookimpl

#: Nobody in the accounts has a negative id.
KIOSK = User(id=-1, login="kiosk", name="Kiosk", permissions=frozenset({"customers.read"}))


class Example(Plugin):
    name = "example"
    title = "Example"

    @hookimpl
    def load_user(self, user_id):
        """Plugins are asked in their order until one knows the person: None leaves it to the others."""
        return KIOSK if user_id == KIOSK.id else None


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(app):
    assert app.extensions["kezhi"].call.load_user(user_id=-1) == KIOSK
    assert app.extensions["kezhi"].call.load_user(user_id=1).login == "admin"


def gone(app):
    assert app.extensions["kezhi"].call.load_user(user_id=-1) is None
