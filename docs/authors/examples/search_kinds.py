from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl(optionalhook=True)
    def search_kinds(self):
        from kezhi.builtin.customers.models import Customer
        from kezhi.builtin.search.contributions import SearchKind

        return [
            SearchKind(
                key="example",
                title="Customers by city",
                model=Customer,
                endpoint="customers.show",
                argument="customer_id",
                permission="customers.read",
                heading=Customer.city,
                names=(Customer.city,),
                notes=(Customer.name,),
            )
        ]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(app, customer, add_person):
    from kezhi import acting_as, writing
    from kezhi.builtin.customers.services import update_customer
    from kezhi.builtin.search.services import find

    def found(text):
        return [(hit.heading, hit.notes) for group in find(text) if group.key == "example" for hit in group.hits]

    for typed in ("上海", "海", "shanghai", "sh"):  # two characters or one, pinyin, initials
        assert found(typed) == [("上海", ("Hengda Steel",))]

    with writing():
        update_customer(customer, 1, {"city": "苏州"})
    assert found("shanghai") == []
    assert found("sz") == [("苏州", ("Hengda Steel",))]

    with acting_as(add_person("stranger", "salesperson")):  # sees no customer of others
        assert found("sz") == []


def gone():
    from kezhi.builtin.search.services import every_kind, find

    assert "example" not in every_kind()
    assert [group for group in find("sz") if group.key == "example"] == []
