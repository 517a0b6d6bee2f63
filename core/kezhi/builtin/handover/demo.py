"""The demo company's hand-over: a salesperson of the east has left, two colleagues took the customers over."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from kezhi import acting_as, clock, db, writing
from kezhi.builtin.apps.demo import DemoContext

from ..accounts.demo import LIGHT
from ..accounts.models import Account
from ..accounts.services import add_user, new_password, user_by_id
from . import services
from .parts import parts

GIVEN = 12  #: customers that she had


def make(context: DemoContext) -> None:
    """唐雪 had a dozen customers of the east; the administrator handed them over and closed her account."""
    sellers = {each.login: each for found in context.notes.get("sellers", {}).values() for each in found}
    if not sellers:
        return
    takers = [sellers["salesperson"], sellers["zhangwei"]]
    part = next((each for each in parts() if each.key == "customers.owner"), None)
    if part is None or part.move is None:
        return
    hashed = LIGHT.hash(new_password())
    with acting_as(context.person("administrator")):
        with writing():
            place = db.session.scalar(select(Account.department_id).where(Account.id == takers[0].id))
            leaver = add_user(
                "tangxue", name="唐雪", roles=["salesperson"], password_hash=hashed, department_id=place,
                must_change_password=False,
            )  # fmt: skip
            there: Any = part.items(takers[0].id or 0).subquery()
            part.move(takers[0].id or 0, leaver.id, select(there.c.record_id).order_by(there.c.record_id).limit(GIVEN))
            leaver_id = leaver.id
        had = db.session.scalar(select(func.count()).select_from(part.items(leaver_id).subquery()))
        assert had
        assert user_by_id(leaver_id) is not None
        receivers = tuple(each.id or 0 for each in takers)
        with writing():
            services.carry_out(services.Plan(leaver_id, receivers, note=f"{clock.today():%Y-%m} 离职，华东一部内交接"))
