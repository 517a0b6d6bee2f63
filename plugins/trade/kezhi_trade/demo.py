"""This app in the demo company: orders, the books that follow, declared figures, disputes, months."""

from __future__ import annotations

from kezhi.builtin.apps.demo import DemoContext

from .demo_declared import make_declared
from .demo_disputes import make_disputes
from .demo_months import make_months
from .demo_orders import make_orders
from .demo_receivables import make_receivables


def make(context: DemoContext) -> None:
    """Everything in the names of those whose work it is."""
    make_orders(context)
    make_receivables(context)
    make_declared(context)
    make_disputes(context)
    make_months(context)
