from pathlib import Path

from kezhi import Plugin, db, hookimpl


def make(customer_id, variant):
    """Plain data for the templates. Whoever asks sees the customer: that is checked before."""
    from kezhi.builtin.customers.models import Customer
    from kezhi.builtin.documents.contributions import Content

    customer = db.session.get_one(Customer, customer_id)
    return Content(customer.name, {"name": customer.name, "city": customer.city or "—"})


def sheets(content):
    from kezhi.builtin.documents.contributions import Sheet

    return [Sheet("Address", ("Name", "City"), [(content.data["name"], content.data["city"])])]


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "documents": ">=0.1"}

    @hookimpl(optionalhook=True)
    def register_documents(self):
        from kezhi.builtin.customers.models import Customer
        from kezhi.builtin.documents.contributions import DocumentKind

        return [
            DocumentKind(
                "example.address", "Address sheet", Customer, "AB", permission="customers.write",
                read="customers.read", make=make, pdf=Path(__file__).parent / "address.typ", sheets=sheets,
            )
        ]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    from kezhi import clock
    from kezhi.builtin.documents import services

    address = f"/documents/make/example.address/{customer}"
    officer, reader = client_as("customer-information-officer"), client_as("finance")
    assert officer.get(f"{address}/pages/1.png").data.startswith(b"\x89PNG")
    assert reader.get(address).status_code == 404, "who reads does not issue"
    for format in ("pdf", "xlsx"):
        assert officer.post(address, data={"format": format, "holder": "Archive"}).status_code == 302
    year = clock.today().year
    assert [issue.number for issue in services.issues_of("example.address", customer)] == [
        f"AB-{year}-0002", f"AB-{year}-0001",
    ]
    assert f"AB-{year}-0001" in reader.get("/documents").text
    assert reader.get("/documents/1/download").data.startswith(b"%PDF-")


def gone(client_as):
    reader = client_as("finance")
    assert reader.get("/documents/1/download").status_code == 404
    assert "AB-" not in reader.get("/documents").text
