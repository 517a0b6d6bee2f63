from flask import Blueprint

from kezhi import Permission, Plugin, audit_record, hookimpl, requires, writing


@requires("example.greet")
def greet():
    """Read the choice through the list it was made in: only what the person sees is in it."""
    from kezhi.builtin.customers.pages import list_view
    from kezhi.builtin.lists.bulk import selected

    chosen = selected(list_view())
    with writing():
        audit_record("example.greet", "customers", "", count=chosen.count)
    return f"{chosen.count} greeted"


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "lists": ">=0.1"}

    @hookimpl
    def register_permissions(self):
        return [Permission("example.greet", "Greet customers")]

    @hookimpl
    def register_blueprints(self):
        pages = Blueprint("example", __name__, url_prefix="/example")
        pages.add_url_rule("/greet", "greet", greet, methods=["POST"])
        return [pages]

    @hookimpl(optionalhook=True)
    def list_actions(self, model):
        from kezhi.builtin.customers.models import Customer
        from kezhi.builtin.lists.contributions import BulkAction

        return [BulkAction("example.greet", "Greet", "example.greet")] if model is Customer else []


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    client = client_as("administrator")
    assert "/example/greet" in client.get("/customers").text
    assert client.post("/example/greet", data={"ids": [customer]}).text == "1 greeted"
    assert client.post("/example/greet", data={"all": "1", "query": "f.region=nowhere"}).status_code == 400


def gone(client_as):
    assert "/example/greet" not in client_as("administrator").get("/customers").text
