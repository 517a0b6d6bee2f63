from kezhi import Plugin, db, hookimpl, visible


def rows():
    """Only what the acting user may see, streamed."""
    from kezhi.builtin.customers.models import Customer

    statement = visible(Customer).with_only_columns(Customer.code, Customer.city).order_by(Customer.code)
    return ((row.code or "", row.city) for row in db.session.execute(statement))


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "imports": ">=0.1"}

    @hookimpl(optionalhook=True)
    def register_exporters(self):
        from kezhi.builtin.imports.contributions import Exporter

        return [Exporter("cities", "Cities", "customers.export", ("Code", "City"), rows)]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(customer, tmp_path):
    from kezhi.builtin.imports.services import export_file

    assert export_file("cities", tmp_path / "cities.csv") == 1
    assert "K001,上海" in (tmp_path / "cities.csv").read_text(encoding="utf-8-sig")


def gone():
    from kezhi.builtin.imports.services import exporters_of

    assert "cities" not in exporters_of()
