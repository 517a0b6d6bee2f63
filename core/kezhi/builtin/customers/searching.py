"""How customers are found, in the search box and in their list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func

from kezhi import lazy_gettext as _l

from ..search.contributions import SearchKind
from .models import Customer


def search_kind() -> SearchKind:
    """Customers by code, prospect number, credit code and either name."""
    fields: Any = Customer
    return SearchKind(
        key="customers",
        title=_l("Customers"),
        model=Customer,
        endpoint="customers.show",
        argument="customer_id",
        permission="customers.read",
        heading=fields.name,
        codes=(fields.code, fields.prospect_number, fields.credit_code),
        names=(fields.name, fields.short_name),
        notes=(func.coalesce(fields.code, fields.prospect_number), fields.region),
        list_endpoint="customers.index",
        icon="building",
        order=10,
    )
