from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "files": ">=0.1"}

    @hookimpl(optionalhook=True)
    def register_attachments(self):
        """Drawings of a customer, apart from its other files: managers attach them, its readers see them."""
        from kezhi.builtin.customers.models import Customer
        from kezhi.builtin.files.contributions import Attachment

        return [
            Attachment("drawing", "Drawings", Customer, read="customers.read", attach="customers.assign", panel=False)
        ]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    import io

    address = f"/files/on/example/drawing/{customer}"

    def send(client):
        data = {"file": (io.BytesIO(b"%PDF-1.7 a drawing"), "flange.pdf")}
        return client.post(address, data=data, content_type="multipart/form-data").status_code

    director, reader, stranger = client_as("sales-director"), client_as("finance"), client_as("salesperson")
    assert [send(director), send(reader), send(stranger)] == [302, 404, 404]
    assert "flange.pdf" in reader.get(address).text
    assert reader.get("/files/1/download").data == b"%PDF-1.7 a drawing"
    assert stranger.get("/files/1/download").status_code == 404


def gone(client_as):
    assert client_as("finance").get("/files/1/download").status_code == 404
