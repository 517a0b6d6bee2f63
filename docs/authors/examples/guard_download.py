from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "files": ">=0.1"}

    @hookimpl(optionalhook=True)
    def guard_download(self, file, version, user):
        """Pictures stay in the house unless one assigns customers; texts leave with a line that says who took them."""
        from kezhi.builtin.files.contributions import Stop, Wrap

        if version.media_type.startswith("image/") and not user.can("customers.assign"):
            return [Stop("Pictures are not given out.")]
        if version.media_type == "text/plain":
            return [Wrap(lambda pieces: signed(pieces, user.login), "signed")]
        return []


def signed(pieces, login):
    yield from pieces
    yield f"\n-- {login}".encode()


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    import io

    from kezhi import writing
    from kezhi.builtin.files import services

    for name, content in (("hall.jpg", b"\xff\xd8\xff\xe0"), ("notes.txt", b"hello")):
        upload = services.receive(io.BytesIO(content), name)
        with writing():
            services.attach(upload, "customers", "customer", customer)
    director, reader = client_as("sales-director"), client_as("finance")
    assert director.get("/files/1/download").data == b"\xff\xd8\xff\xe0"
    assert reader.get("/files/1/download").status_code == 302, "back to the page, which says why"
    assert reader.get("/files/2/download").data == b"hello\n-- finance-user"


def gone(client_as):
    reader = client_as("finance")
    assert [reader.get(f"/files/{number}/download").data for number in (1, 2)] == [b"\xff\xd8\xff\xe0", b"hello"]
