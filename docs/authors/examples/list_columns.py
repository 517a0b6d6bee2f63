from sqlalchemy import func

from kezhi import Column, Filter, Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl
    def list_columns(self, model):
        from kezhi.builtin.customers.models import Customer

        if model is not Customer:
            return []
        loud = func.upper(Customer.name)
        return [Column("example.loud", "Loud name", loud, filter=Filter("text"), default=True, order=12)]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    client = client_as("administrator")
    page = client.get("/customers").text
    assert "Loud name" in page
    assert "HENGDA STEEL" in page
    assert "HENGDA STEEL" not in client.get("/customers?f.example.loud=BAO").text


def gone(client_as):
    page = client_as("administrator").get("/customers").text
    assert "Hengda Steel" in page
    assert "HENGDA STEEL" not in page
