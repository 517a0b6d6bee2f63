"""Our analysis of a customer: dated and signed, each kept as it was written (CUS-02)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from kezhi import Refused, acting_user, audit_record, clock, db
from kezhi.i18n import _

from ...accounts.models import Account
from ..models import Analysis
from ..sections import may_write_section
from ..sharing.guard import check_writable
from .records import customer_by_id

LONGEST_ANALYSIS = 8000
#: Analyses shown on a page.
MOST_SHOWN = 50


def add_analysis(customer_id: int, text: str) -> Analysis:
    """Write down what we think of a customer; date and author are those of the act.

    Errors: ``NotFound``, ``Refused``.
    """
    customer_by_id(customer_id)
    if not may_write_section("analysis"):
        raise Refused(_("You may not write an analysis of a customer."))
    check_writable([customer_id])
    wanted = text.replace("\r\n", "\n").strip()
    if not wanted:
        raise Refused(_("Write the analysis first."), field="text")
    if len(wanted) > LONGEST_ANALYSIS:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_ANALYSIS), field="text")
    found = Analysis(customer_id=customer_id, at=clock.now(), author=acting_user().login, text=wanted)
    db.session.add(found)
    db.session.flush()
    audit_record("analysis.create", "customer", customer_id, analysis=found.id)
    return found


def analyses_of(customer_id: int) -> Sequence[tuple[datetime, str, str]]:
    """The analyses of a customer, newest first: when, by whom, text."""
    statement = select(Analysis.at, Account.name, Analysis.author, Analysis.text)
    statement = statement.join(Account, Account.login == Analysis.author, isouter=True)
    statement = statement.where(Analysis.customer_id == customer_id)
    statement = statement.order_by(Analysis.at.desc(), Analysis.id.desc()).limit(MOST_SHOWN)
    return [(row.at, row.name or row.author, row.text) for row in db.session.execute(statement)]
