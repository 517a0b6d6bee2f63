"""What becomes of the plugin's rows when a customer is erased, merged or deleted, also while the plugin is off."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import sqltypes

from ...builtin.apps.record_links import StoredLink, links_to
from ...builtin.apps.removal import uninstall
from ...builtin.customers.services.links import delete_customer, erase_customer
from ...builtin.customers.services.merging import merge_customers
from ...db import db, writing
from ...errors import Refused
from ...lifecycle import disable
from ...site import Site
from .subject import Subject

CUSTOMERS = "customers_customer"
#: columns that, by their names, say something about a person
PERSONAL = re.compile(r"phone|mobile|e_?mail|birth|contact|address|id_(card|number)|wechat|passport")


def check_erasure(subject: Subject) -> list[str]:
    """The core erases, merges and deletes customers with the plugin's rows, enabled or not."""
    found = _undeclared(subject)
    for state in ("enabled", "disabled", "uninstalled"):
        with subject.filled() as (site, values):
            customer = int(values["customer_id"])
            other, third = subject.add_customers(site, 2)
            subject.add_rows(site, customer)
            if state != "enabled":
                disable(site, subject.name, lift=True)
            if state == "uninstalled":
                uninstall(site, subject.name, wait=0)
            links = _links(site, subject.name)
            where = f"{subject.name}, {state}"
            found += _erased(site.app, where, links, customer)
            found += _merged(site.app, where, links, other, customer)
            found += _deleted(site.app, where, links, third)
    return found


def _links(site: Site, name: str) -> list[StoredLink]:
    with site.app.app_context():
        return [stored for stored in links_to(CUSTOMERS) if stored.plugin == name]


def _undeclared(subject: Subject) -> list[str]:
    """Columns that look personal and are left alone by an erasure."""
    found = []
    for stored in _links(subject.site(), subject.name):
        link = stored.link
        for column in stored.table.columns if link.erase != "delete" else ():
            blanked = link.erase == "blank" and column.name in link.personal
            if isinstance(column.type, sqltypes.String) and PERSONAL.search(column.name) and not blanked:
                found.append(f"{subject.name}: {column} outlives the erasure of a customer's personal data: name it in "
                             "the RecordLink's personal, with erase='blank'")  # fmt: skip
    return found


def _erased(app: Flask, where: str, links: list[StoredLink], customer: int) -> list[str]:
    said = _done(app, lambda: erase_customer(customer))
    found = [f"{where}: a customer cannot be erased: {said}: look at its record links"] if said else []
    for stored in links:
        link, mine = stored.link, stored.table.c[stored.link.column] == customer
        kept = [stored.table.c[name] for name in link.personal] if link.erase == "blank" else []
        full = [column for column in kept if _count(app, stored, mine, column.isnot(None), column != _empty(column))]
        found += [f"{where}: {column} is not blank after an erasure" for column in full]
        if link.erase == "delete" and _count(app, stored, mine):
            found.append(f"{where}: rows of {stored.table.name} are there after an erasure")
    return found


def _merged(app: Flask, where: str, links: list[StoredLink], gone: int, kept: int) -> list[str]:
    said = _done(app, lambda: merge_customers(kept, gone))
    if said:
        mend = "a row of each of the two cannot stay: say merge='keep_one' with its unique columns"
        return [f"{where}: two customers with rows of it cannot be merged: {said}: {mend}"]
    moved = [stored for stored in links if stored.link.merge != "keep"]
    return [f"{where}: rows of {stored.table.name} still hang on the customer that is gone"
            for stored in moved if _count(app, stored, stored.table.c[stored.link.column] == gone)]  # fmt: skip


def _deleted(app: Flask, where: str, links: list[StoredLink], customer: int) -> list[str]:
    blocked = any(stored.link.delete == "block" and _count(app, stored, stored.table.c[stored.link.column] == customer)
                  for stored in links)  # fmt: skip
    said = _done(app, lambda: delete_customer(customer))
    if said and not blocked:
        return [f"{where}: a customer cannot be deleted: {said}: say delete='delete' in the RecordLink of rows that go "
                "with it, or delete='block' of rows that keep it"]  # fmt: skip
    if blocked and not said:
        return [f"{where}: a customer was deleted in spite of rows that block it"]
    return []


def _done(app: Flask, act: Any) -> str:
    """Carry out something; what the refusal or the database says, else an empty text."""
    with app.app_context():
        try:
            with writing():
                act()
        except Refused as refused:
            return str(refused)
        except DBAPIError as error:
            return str(error.orig).splitlines()[0]
        finally:
            db.session.remove()
    return ""


def _count(app: Flask, stored: StoredLink, *where: Any) -> int:
    with app.app_context():
        found = db.session.scalar(select(func.count()).select_from(stored.table).where(*where)) or 0
        db.session.remove()
    return found


def _empty(column: Any) -> Any:
    return "" if isinstance(column.type, sqltypes.String) else 0


CHECKS = [check_erasure]
