"""Rows that an app hides stay hidden while it cannot load: exactly those, and nobody lifts them by accident."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from kezhi import Refused, acting_as, announce, db, tables, visible, writing
from kezhi.builtin.apps.doctor import examine
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import create_customer
from kezhi.lifecycle import disable, enable, preview_disable
from kezhi.site import Site
from kezhi.testing.databases import command, with_options
from kezhi.testing.distributions import remove_metadata
from kezhi.testing.plugin import new_person

from .alpha import forget_code, install

pytestmark = pytest.mark.services
TABLE = ("customers_customer",)


@pytest.fixture
def sealed(site: Site, folder: Path) -> Site:
    """Two customers, one of them sealed by alpha."""
    install(folder, restricts=TABLE)
    with site.app.app_context():
        enable(site, "alpha")
    with site.app.app_context():
        from kezhi_alpha.models import Note

        new_person(site.app, "boss", "administrator")
        with writing():
            create_customer({"code": "OPEN", "name": "Open"})
            hidden = create_customer({"code": "SEALED", "name": "Sealed"}).id
            note = Note(customer_id=hidden, text="sealed")
            db.session.add(note)
            db.session.flush()
            announce(Note, "create", [note.id])
    return site


def codes(site: Site) -> list[Any]:
    site.current_app()
    with site.app.app_context():
        boss = site.app.extensions["kezhi"].call.user_by_login(login="boss")
        with acting_as(boss):
            found = db.session.scalars(visible(Customer).order_by(Customer.code)).all()
            return [customer.code for customer in found]


def kept(site: Site) -> int:
    with site.engine.connect() as connection:
        return len(connection.execute(select(tables.restricted)).all())


def test_the_hidden_rows_are_kept_as_they_change(sealed: Site) -> None:
    assert codes(sealed) == ["OPEN"]
    assert kept(sealed) == 1
    with sealed.app.app_context():
        from kezhi_alpha.models import Note

        assert [each for each in examine(sealed) if each["level"] == "error"] == []
        with writing():
            db.session.execute(text("UPDATE alpha_note SET text = 'open again'"))
            announce(Note, "update", [1])
    assert kept(sealed) == 0
    assert codes(sealed) == ["OPEN", "SEALED"]
    with sealed.app.app_context():
        with writing():  # behind the core's back: the doctor sees it
            db.session.execute(text("UPDATE alpha_note SET text = 'sealed'"))
        assert [each["check"] for each in examine(sealed) if each["level"] == "error"] == ["kezhi.restrictions"]


@pytest.mark.parametrize("breaking", ["broken", "missing"])
def test_a_plugin_that_cannot_load_hides_exactly_its_recorded_rows(sealed: Site, folder: Path, breaking: str) -> None:
    forget_code()
    if breaking == "broken":
        install(folder, restricts=TABLE, before="raise ValueError('no luck')")
    else:
        remove_metadata(folder, "alpha")
    fresh = with_options(sealed)
    assert codes(fresh) == ["OPEN"], "neither all nor none"
    with fresh.app.app_context():
        assert "alpha" not in fresh.app.extensions["kezhi"].plugins
    fresh.close()


def test_disabling_says_what_becomes_visible_and_asks(sealed: Site, folder: Path) -> None:
    with sealed.app.app_context():
        assert preview_disable(sealed, "alpha").lifted == (("alpha", "customers_customer", 1),)
        with pytest.raises(Refused, match="visible|可见"):
            disable(sealed, "alpha")
    assert codes(sealed) == ["OPEN"], "a refusal changes nothing"
    refused = command(sealed, "plugin", "disable", "alpha", PYTHONPATH=str(folder))
    assert "1 rows of customers_customer" in refused.stderr
    with sealed.app.app_context():
        assert disable(sealed, "alpha", lift=True) == ("alpha",)
    assert codes(sealed) == ["OPEN", "SEALED"]
    with sealed.app.app_context():
        enable(sealed, "alpha")
    assert codes(sealed) == ["OPEN"]
