"""Which sets of plugins are tried, and two more plugins, so that there are sets to try."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from kezhi.testing.distributions import make_distribution

#: plugins made for these tests, and what each needs
MADE: Mapping[str, frozenset[str]] = {"pinboard": frozenset(), "returns": frozenset({"trade"})}
RANDOM_SETS = 5

PAGE = """\
from kezhi import MenuItem, Panel, Permission, lazy_gettext as _l
"""
BODY = """
@hookimpl
def register_permissions(self):
    return [Permission("{name}.read", _l("See the {name}"), roles=("administrator", "salesperson"))]

@hookimpl
def register_blueprints(self):
    from flask import Blueprint, render_template
    from kezhi import requires
    pages = Blueprint("{name}", __name__, url_prefix="/{name}")
    index = requires("{name}.read")(lambda: render_template("{name}/index.html"))
    pages.add_url_rule("/", "index", index)
    return [pages]

@hookimpl
def menu_items(self, user):
    return [MenuItem(_l("The {name}"), "{name}.index", permission="{name}.read", order=70)]

@hookimpl
def record_panels(self, record, user):
    return [Panel(_l("The {name}"), "{name}/panel.html")] if user.can("{name}.read") else []
"""
INDEX = """\
{% extends "kezhi/base.html" %}
{% block title %}{{ _('The NAME') }}{% endblock %}
{% block content %}<h1>{{ _('The NAME') }}</h1><a href="{{ url_for('OTHER') }}">{{ _('Further on') }}</a>{% endblock %}
"""
PANEL = """<p><a href="{{ url_for('NAME.index') }}">{{ _('The NAME') }}</a></p>"""
CHINESE = {
    "The pinboard": "留言板", "See the pinboard": "查看留言板",
    "The returns": "退货", "See the returns": "查看退货",
    "Further on": "下一步",
}  # fmt: skip


def make_plugins(folder: Path) -> None:
    """Put the made plugins into ``folder``: each has a page, a menu entry, a panel and a catalogue."""
    for name, needs in MADE.items():
        other = "home" if name == "pinboard" else "trade.index"
        package = make_distribution(
            folder,
            name,
            before=PAGE,
            body=BODY.format(name=name),
            depends={"kezhi": ">=0.1", "customers": ">=0.1", **dict.fromkeys(needs, ">=0.1")},
            files={
                f"templates/{name}/index.html": INDEX.replace("NAME", name).replace("OTHER", other),
                f"templates/{name}/panel.html": PANEL.replace("NAME", name),
            },
        )
        translate(package, CHINESE)


def translate(package: Path, texts: Mapping[str, str]) -> None:
    """Give a package a Chinese catalogue."""
    catalogue = Catalog(locale="zh_Hans_CN")
    for text, chinese in texts.items():
        catalogue.add(text, chinese)
    path = package / "translations/zh_Hans_CN/LC_MESSAGES/messages.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)


def combinations(needs: Mapping[str, Iterable[str]], seed: str) -> list[frozenset[str]]:
    """None, each plugin alone with what it needs, each left out with what needs it, all, and random sets; each once.

    ``needs`` names for every plugin all others that it cannot do without.
    """
    everything = frozenset(needs)
    random = Random(seed)  # noqa: S311 - not for secrets
    alone = [frozenset({name, *others}) for name, others in needs.items()]
    without = [frozenset(n for n in everything if name != n and name not in needs[n]) for name in needs]
    chosen = [{name for name in sorted(everything) if random.random() < 0.5} for _ in range(RANDOM_SETS)]
    drawn = [frozenset(names.union(*(needs[name] for name in names))) for names in chosen]
    return list(dict.fromkeys([frozenset(), *alone, *without, everything, *drawn]))


def commit_hash(root: Path) -> str:
    """The commit that is tested: the same commit draws the same sets. A fixed text outside a repository."""
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return "no repository"
    return done.stdout.strip() or "no repository"
