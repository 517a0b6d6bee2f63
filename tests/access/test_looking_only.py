"""Who has a customer only to look at is offered nothing that would be refused, on no page of any app, and in files
that name such a customer the other rows go on (CUS-04).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from kezhi import Refused, acting_as, clock, db, writing
from kezhi.builtin.accounts.services import set_permissions, user_named
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.sharing.acts import Terms, share_customers
from kezhi.builtin.imports.services import import_file

from .test_canary import CODE, Company, app_permissions, company  # noqa: F401

pytestmark = [pytest.mark.plugins("trade", "grading", "credit", "complaints"), pytest.mark.services]
MORE = {"customers.see_all", "customers.see_department"}
LINK = re.compile(r'<a [^>]*href="(/[^"]+)"')
FORM = re.compile(r'<form [^>]*method="post"[^>]*>')
ACTION = re.compile(r'action="(/[^"]+)"')

#: What every reader of a file may write: notes and tasks of their own, a data request, guidance; what is not the
#: customer's (a class of credit); and pages that have these below the record.
OF_READERS = {
    "contracts.show", "credit.credit_class", "customers.show", "grading.notice", "releases.new", "tasks.new",
    "tasks.show", "timeline.index", "timeline.write", "upkeep.guide",
}  # fmt: skip
LISTS = {"contracts.index", "trade.index", "trade.receipts"}  #: what they offer is offered for what is chosen

#: What a page offers to who is in charge, and not to who may only look.
CLOSED = {
    "customers.show": {
        "contracts.new", "customers.contact", "customers.edit", "customers.end_share", "customers.new_contact",
        "customers.share", "files.upload", "trade.declare", "trade.new", "trade.new_dispute",
        "trade.new_invoice", "trade.new_receipt", "trade.new_shipment",
    },
    "trade.show": {"trade.cancel", "trade.edit"},
    "trade.dispute": {"trade.edit_dispute"},
    "trade.declaration": {"trade.withdraw"},
    "trade.invoice": {"trade.edit_invoice", "trade.void_invoice"},
    "trade.receipt": {"trade.edit_receipt", "trade.match", "trade.unmatch", "trade.void_receipt"},
    "contracts.show": {"contracts.edit", "contracts.end", "contracts.renew", "files.upload"},
    "credit.customer": {"credit.ask_limit", "credit.end_limit", "credit.measure", "credit.rate"},
    "files.show": {"files.delete", "files.replace"},
}  # fmt: skip


@pytest.fixture
def shared(company: Company) -> Company:  # noqa: F811
    """A and B have every right of every app; A is in charge of the customer, B may look at it."""
    with writing():
        set_permissions("salesperson", frozenset(app_permissions()) - MORE)
        customers: Any = Customer.__table__
        chosen = select(customers.c.id).where(customers.c.id == company.ids["customer_id"])
    with acting_as(user_named("seller-a")), writing():
        share_customers(chosen, Terms(clock.today(), clock.today(), "Fair", user_id=company.people["seller-b"].id))
    return company


def forms_of(app: Flask, client: FlaskClient, page: str) -> tuple[set[str], dict[str, str]]:
    """Where the forms of a page and of its tabs are sent, and what they link to: an address for each endpoint."""
    sent, links = shown_of(client, page)
    for tab in dict.fromkeys(address for address in links.values() if address.startswith(f"{page}?tab=")):
        more = shown_of(client, tab)
        sent, links = sent | more[0], {**more[1], **links}
    return {endpoint(app, each, "POST") for each in sent}, {endpoint(app, each): each for each in links.values()}


def shown_of(client: FlaskClient, page: str) -> tuple[set[str], dict[str, str]]:
    """The addresses that the forms of a page are sent to, and those it links to."""
    answer = client.get(page)
    if answer.status_code != 200 or not answer.mimetype.startswith("text/html"):
        return set(), {}
    html = answer.get_data(as_text=True)
    html = html[html.index("<main") : html.index("</main>")].replace("&amp;", "&")
    sent = {ACTION.search(form) for form in FORM.findall(html)}
    return {each[1] if each else page for each in sent}, {each: each for each in LINK.findall(html)}


def endpoint(app: Flask, address: str, method: str = "GET") -> str:
    try:
        return str(app.url_map.bind("localhost").match(urlsplit(address).path, method=method)[0])
    except HTTPException:
        return ""


@pytest.mark.clause("CUS-04", "CUS-08")
def test_what_would_be_refused_is_not_offered_and_in_files_the_other_rows_go_on(
    app: Flask, shared: Company, client_as: Any
) -> None:
    not_taken_away(shared)
    bad_cells(shared)
    nothing_offered(app, shared, client_as)


def nothing_offered(app: Flask, shared: Company, client_as: Any) -> None:
    values = {**shared.ids, "plugin": "customers", "kind": "customer"}
    owner, reader = (client_as(login=login, locale="en") for login in ("seller-a", "seller-b"))
    for name, closed in CLOSED.items():
        with app.test_request_context():
            rule = next(each for each in app.url_map.iter_rules(name) if "GET" in (each.methods or ()))
            page = url_for(name, **{key: values[key] for key in rule.arguments})
        forms, links = forms_of(app, owner, page)
        assert closed <= forms | set(links), (name, "nothing is lost, or the test looks at the wrong page")
        forms, links = forms_of(app, reader, page)
        assert closed & (forms | set(links)) == set(), name
        assert forms <= OF_READERS, (name, forms - OF_READERS)
        for where, address in links.items():
            if where not in OF_READERS | LISTS:
                forms = forms_of(app, reader, address)[0]
                assert forms <= OF_READERS, (name, address, forms - OF_READERS)


def bad_cells(shared: Company) -> None:
    """B brings in files with rows for the own customer and for the one shared to be looked at."""
    kinds = {
        "orders": "number,customer_code,order_date,amount\nLOOK-{n},{code},1997-05-06,5\n",
        "invoices": "number,customer_code,date,amount\nLOOK-{n},{code},1997-05-06,5\n",
        "contracts": "number,customer_code,kind,valid_from\nLOOK-{n},{code},supply,1997-05-06\n",
    }
    tables = {"orders": "trade_order", "invoices": "trade_invoice", "contracts": "contracts_contract"}
    for kind, row in kinds.items():
        head, line = row.split("\n")[:2]
        content = "\n".join([head, *(line.format(n=n, code=code) for n, code in enumerate(("OPEN-1", CODE, "OPEN-1")))])
        with acting_as(user_named("seller-b")):
            result = import_file(kind, content.encode(), "file.csv", skip_bad_rows=True)
        assert (result["created"], result["failed"]) == (2, 1), result
        assert [(each["row"], each["column"]) for each in result["errors"]] == [(3, "customer_code")]
        table = db.metadata.tables[tables[kind]]
        stored = db.session.scalars(
            select(table.c.number).where(table.c.number.like("LOOK-%")).order_by(table.c.number)
        )
        assert list(stored) == ["LOOK-0", "LOOK-2"]


def not_taken_away(shared: Company) -> None:
    """What is looked at is not moved to another customer either."""
    from kezhi_trade.services import find_order, update_order

    with acting_as(user_named("seller-b")):
        order = find_order(shared.ids["order_id"])
        given = {"customer_id": shared.ids["visible_id"]}
        with pytest.raises(Refused, match="looking only"), writing():
            update_order(order.id, order.version, given)
    db.session.rollback()
    assert find_order(shared.ids["order_id"]).customer_id == shared.ids["customer_id"]
