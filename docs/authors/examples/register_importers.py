from sqlalchemy import case, exists, select, update

from kezhi import Plugin, bulk_write, db, hookimpl


def check_rows(batch):
    """Find each row's customer and say what would be done: set-based, however many rows there are."""
    from kezhi.builtin.customers.models import Customer
    from kezhi.builtin.imports.models import Row
    from kezhi.builtin.imports.staging import add_problems, field_text, good_rows

    found = select(Customer.id).where(Customer.code == field_text("code")).scalar_subquery()
    unknown = select(Row.row, field_text("code") + " is no customer").where(*good_rows(batch), found.is_(None))
    add_problems(batch, unknown, column="code")
    same = exists().where(Customer.id == found, Customer.city == field_text("city"))
    action = case((same, "unchanged"), else_="update")
    statement = update(Row).where(*good_rows(batch)).values(target_id=found, action=action)
    db.session.execute(statement, execution_options={"synchronize_session": False})


def apply_rows(batch):
    """Carry the rows out: one statement, announced and audited once."""
    from kezhi.builtin.customers.models import Customer
    from kezhi.builtin.imports.models import Row
    from kezhi.builtin.imports.staging import field_text, good_rows

    customers = Customer.__table__
    rows = (*good_rows(batch), Row.action == "update")
    city = select(field_text("city")).where(*rows, Row.target_id == customers.c.id).scalar_subquery()
    keys = select(Row.target_id).where(*rows)
    statement = update(customers).where(customers.c.id.in_(keys)).values(city=city)
    bulk_write(statement, model=Customer, change="update", keys=keys, action="example.cities")


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "imports": ">=0.1"}

    @hookimpl(optionalhook=True)
    def register_importers(self):
        from kezhi.builtin.imports.contributions import Importer, ImportField
        from kezhi.builtin.imports.values import parse_code

        fields = (
            ImportField("code", "Code", ("编号",), required=True, parse=parse_code),
            ImportField("city", "City", ("城市",), required=True),
        )
        return [Importer("cities", "Cities", "customers.import", fields, ("code",), check_rows, apply_rows)]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(customer):
    from kezhi.builtin.customers.services import customer_by_code
    from kezhi.builtin.imports.services import import_file

    result = import_file("cities", "编号,城市\nK001,宁波\nK009,上海\n".encode(), "cities.csv", skip_bad_rows=True)
    assert (result["updated"], result["failed"]) == (1, 1)
    assert result["errors"] == [{"row": 3, "column": "编号", "message": "K009 is no customer"}]
    assert customer_by_code("K001").city == "宁波"


def gone():
    from kezhi.builtin.imports.services import importers_of

    assert "cities" not in importers_of()
