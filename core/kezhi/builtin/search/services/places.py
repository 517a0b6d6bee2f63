"""Pages as results: the entries of the side menu that a person may open, by their titles in both languages."""

from __future__ import annotations

from kezhi import acting_user
from kezhi.i18n import _, in_both_languages
from kezhi.shell import menu_items

from ..folding import scan, words
from .finding import Group, Hit

KEY = "pages"


def find_places(text: str, limit: int = 8) -> Group | None:
    """The pages whose titles hold every word; None without one."""
    wanted = words(text)
    if not wanted:
        return None
    hits = []
    for item in menu_items(acting_user()):
        titles = [scan(title)[0] for title in in_both_languages(item.title).values()]
        if any(all(word in title for word in wanted) for title in titles):
            hits.append(Hit(KEY, 0, str(item.title), (), item.icon, item.endpoint))
    return Group(KEY, _("Pages"), "window", hits[:limit]) if hits else None
