from kezhi import Permission, Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"

    @hookimpl
    def register_permissions(self):
        return [Permission("example.greet", "Greet customers", roles=("salesperson",))]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(app, add_person, client_as):
    assert add_person("zhao", "salesperson").can("example.greet")
    assert not add_person("qian", "finance").can("example.greet")
    assert "example.greet" in app.extensions["kezhi"].permissions
    assert "Greet customers" in client_as("administrator", locale="en").get("/accounts/roles/salesperson").text


def gone(app):
    assert "example.greet" not in app.extensions["kezhi"].permissions
