from kezhi import MenuItem, Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl
    def menu_items(self, user):
        return [MenuItem("My dear customers", "customers.index", icon="heart", permission="customers.read", order=15)]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as):
    assert "My dear customers" in client_as("salesperson").get("/customers").text
    assert "My dear customers" not in client_as().get("/me").text  # without the right there is no entry


def gone(client_as):
    assert "My dear customers" not in client_as("salesperson").get("/customers").text
