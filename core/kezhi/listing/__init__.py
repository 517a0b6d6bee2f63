"""The one list machine: every list of the product is a declaration, composed here into one SELECT.

A view says which model, columns and order; plugins add columns through the hook ``list_columns``::

    @requires("customers.read")
    def index():
        return ListView(
            name="customers",
            model=Customer,
            columns=own_columns(),
            order=("code", "asc"),
            search=[Customer.code, Customer.name],
            link=lambda row: url_for("customers.show", customer_id=row.id),
            title=_l("Customer file"),
            kind=_l("customers"),
            export_permission="customers.export",
        ).respond()

The address carries the whole state: ``q``, ``f.<column>`` (several values = any of), ``from.<column>`` and
``to.<column>`` (both ends included), ``sort=<column>`` or ``sort=-<column>``, ``columns=a,b``, ``size``, ``after`` and
``before`` (cursors), ``from`` (jump to a value), ``count=1`` (the count as text), ``format=csv|xlsx`` (export).
"""

from .page import ListRow, Page
from .view import ListView

__all__ = ["ListRow", "ListView", "Page"]
