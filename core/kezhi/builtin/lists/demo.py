"""Views of the demo company's customer list that everybody finds as tabs above it."""

from __future__ import annotations

from flask import current_app

from kezhi import acting_as, writing

from ..apps.demo import DemoContext
from . import services

#: title, the app whose column narrows, what the address says
VIEWS = (
    ("A 级客户", "grading", "f.grading.grade=A"),
    ("核定逾期", "upkeep", "f.upkeep.verification=overdue"),
    ("信用超额", "credit", "to.credit.free=-0.01&sort=credit.free"),
)


def make(context: DemoContext) -> None:
    """Share views of what the enabled apps say of customers."""
    plugins = current_app.extensions["kezhi"].plugins
    with acting_as(context.person("sales-director")), writing():
        for title, app, query in VIEWS:
            if app in plugins and "customers" in plugins:
                services.save_view("customers", "/customers", title, query, shared=True)
