"""Customers that a text names, for forms that have no room to choose among a million."""

from __future__ import annotations

from kezhi import db, visible
from kezhi.i18n import _

from ...customers.models import Customer

MOST_CUSTOMERS = 50


def customers_named(text: str) -> tuple[list[int], str]:
    """The customers that a text names by code or name, one each line or parted by commas; or what is wrong with it."""
    normal = text.replace("，", ",").replace("、", ",").replace("；", ",").replace(";", ",").replace("\n", ",")
    names = list(dict.fromkeys(each.strip() for each in normal.split(",") if each.strip()))
    if not names:
        return [], ""
    if len(names) > MOST_CUSTOMERS:
        return [], str(_("Name %(count)s customers at most.", count=MOST_CUSTOMERS))
    columns = (Customer.id, Customer.code, Customer.prospect_number, Customer.name, Customer.short_name)
    called = [column.in_(names) for column in columns[1:]]
    rows = db.session.execute(
        visible(Customer).with_only_columns(*columns).where(called[0] | called[1] | called[2] | called[3])
    )
    by_name: dict[str, set[int]] = {}
    for key, *texts in rows:
        for each in {each for each in texts if each}:
            by_name.setdefault(each, set()).add(key)
    unknown = [name for name in names if name not in by_name]
    if unknown:
        return [], str(
            _("There is no customer “%(names)s”: write its code or its full name.", names="”、“".join(unknown[:5]))
        )
    several = [name for name in names if len(by_name[name]) > 1]
    if several:
        return [], str(_("Several customers are called “%(name)s”: write the code.", name=several[0]))
    return sorted({next(iter(by_name[name])) for name in names}), ""
