from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "destruction": ">=0.1"}

    @hookimpl(optionalhook=True)
    def register_erasures(self):
        """Labels that were printed name customers; a lent key keeps a file from being destroyed."""
        from kezhi.builtin.destruction.contributions import Place

        return [Place("example.labels", "Printed labels", erase=forget, blocks=lent)]


LABELS = {}  #: what the label printer has in its list: customer, text
LENT = set()  #: customers who have a key of the sample room


def forget(subject):
    """``subject.ids`` are the customer and the files that were merged into it. Answers the rows by table."""
    gone = [customer for customer in LABELS if customer in subject.ids]
    for customer in gone:
        del LABELS[customer]
    return {"example_label": len(gone)}


def lent(ids, today):
    """Why which of these customers' files must stay for now, in one go for all of them. It names nobody."""
    return {customer: "a key of the sample room is lent" for customer in ids if customer in LENT}


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(customer):
    from kezhi import clock, writing
    from kezhi.builtin.destruction.services import obstacles
    from kezhi.builtin.destruction.services.executing import erase_file
    from kezhi.builtin.destruction.services.sweeping import layout
    from kezhi.builtin.destruction.services.tracing import subject_of

    LABELS.update({customer: "Hengda Steel", 0: "Somebody else"})
    LENT.add(customer)
    assert obstacles([customer], clock.today()) == {customer: ["a key of the sample room is lent"]}
    with writing():
        counts = erase_file(subject_of(customer, "file", "example"), layout())
    assert counts["example_label"] == 1
    assert LABELS == {0: "Somebody else"}


def gone(customer):
    from kezhi import clock
    from kezhi.builtin.destruction.services import obstacles

    assert obstacles([customer], clock.today()) == {}
