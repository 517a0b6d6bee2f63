"""The demo company's part of this app: orders, then what customers declare, then the disputes there were."""

from __future__ import annotations

from kezhi.builtin.apps.demo import DemoContext

from .demo_declared import make_declared
from .demo_disputes import make_disputes
from .demo_orders import make_orders


def make(context: DemoContext) -> None:
    """Everything in the names of those whose work it is."""
    make_orders(context)
    make_declared(context)
    make_disputes(context)
