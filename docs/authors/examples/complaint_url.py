from flask import Blueprint, current_app

from kezhi import Plugin, hookimpl, requires

pages = Blueprint("example", __name__, url_prefix="/example")


@pages.get("/<number>")
@requires("complaints.read")
def where(number):
    """Where a complaint is read, for who sees it."""
    return current_app.extensions["kezhi"].call.complaint_url(number=number) or "nowhere"


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "complaints": ">=0.1"}

    @hookimpl
    def register_blueprints(self):
        return [pages]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as):
    from kezhi import writing
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND

    with writing():
        lists = {f"{name}_id": services.entries(name)[0]["id"] for name in (KIND, CHANNEL)}
        heard = {"anonymous": True, "subject": "Short by 12", "course": "36 of 48 came."}
        number = services.register({**heard, **lists}).number
    service, seller = client_as("customer-service-agent"), client_as("salesperson")
    assert service.get(f"/example/{number}").text.startswith("/complaints/")
    assert seller.get(f"/example/{number}").text == "nowhere", "it is of no customer of theirs"
    assert service.get("/example/TS-209901-0001").text == "nowhere"


def gone(client_as):
    assert client_as("customer-service-agent").get("/example/TS-209901-0001").status_code == 404
