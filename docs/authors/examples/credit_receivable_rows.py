from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "credit": ">=0.1"}

    @hookimpl(optionalhook=True)
    def credit_receivable_rows(self, customer_id, figure, day, limit):
        """What is not due is one bill of the canteen."""
        if figure != "not_due":
            return []
        row = {"reference": f"CANTEEN-{customer_id}", "kind": "invoice", "happened_on": day, "due_on": day,
               "days_overdue": 0, "amount": 80_000, "currency": "CNY", "amount_in_currency": 80_000,
               "url": ""}  # fmt: skip
        return [row][:limit]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    reader = client_as("administrator", locale="en")
    assert f"CANTEEN-{customer}" in reader.get(f"/credit/customers/{customer}/rows/not_due").text
    assert "CANTEEN" not in reader.get(f"/credit/customers/{customer}/rows/deposits").text


def gone(client_as, customer):
    reader = client_as("administrator", locale="en")
    assert "CANTEEN" not in reader.get(f"/credit/customers/{customer}/rows/not_due").text
