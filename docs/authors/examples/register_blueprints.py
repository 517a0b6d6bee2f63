from flask import Blueprint

from kezhi import Plugin, hookimpl, requires


@requires("customers.read")
def index():
    return "Good morning"


class Example(Plugin):
    name = "example"
    title = "Example"

    @hookimpl
    def register_blueprints(self):
        pages = Blueprint("example", __name__, url_prefix="/example")
        pages.add_url_rule("", "index", index)
        return [pages]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as):
    assert client_as("salesperson").get("/example").text == "Good morning"
    assert client_as().get("/example").status_code == 404  # without the right there is no such page


def gone(client_as):
    assert client_as("salesperson").get("/example").status_code == 404
