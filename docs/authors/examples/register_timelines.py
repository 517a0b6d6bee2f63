from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "timeline": ">=0.1"}

    @hookimpl(optionalhook=True)
    def register_timelines(self):
        """Key people have a timeline: who sees the person reads it, who keeps key people writes notes."""
        from kezhi.builtin.customers.models import Contact
        from kezhi.builtin.timeline.contributions import Timeline

        return [
            Timeline(
                "person",
                "Key people",
                Contact,
                read="customers.read_people",
                write="customers.write_people",
                name=lambda person: person.name,
                customer=lambda person: person.customer_id,
            )
        ]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    from kezhi import writing
    from kezhi.builtin.customers.services import add_contact

    with writing():
        person = add_contact(customer, {"name": "Ms. Wang"}).id
    address = f"/timeline/on/example/person/{person}"
    director, reader, stranger = client_as("sales-director"), client_as("finance"), client_as("salesperson")
    sent = [each.post(address, data={"text": "Likes to be called early."}).status_code
            for each in (director, reader, stranger)]
    assert sent == [302, 404, 404]
    assert "Likes to be called early." in reader.get(address).text
    assert stranger.get(address).status_code == 404


def gone(client_as):
    assert client_as("sales-director").get("/timeline/on/example/person/1").status_code == 404
