"""What the buttons of the editor do to a draft: rows are added, removed and moved, everything typed stays.

An action is a word and the name of a list or row: ``add criteria``, ``up grades.1``, ``remove criteria.0.bands.2``.
What cannot be carried out changes nothing.
"""

from __future__ import annotations

from flask_babel import force_locale

from kezhi.i18n import CHINESE, ENGLISH
from kezhi.metrics import all_metrics

from ..scheme import THRESHOLD
from .shape import ANCHOR, BAND, CRITERION, GRADE, MOST_ROWS, NODE, Draft, row, rows_at

#: what the list of figures offers for a condition beside the figures of the scheme
METRIC = "metric:"


def changed(draft: Draft, action: str, metric: str = "") -> str:
    """Carry out an action on a draft; answers the name of the row to go to, else empty.

    ``metric`` is the one chosen for a new criterion.
    """
    word, _space, name = action.partition(" ")
    focus = ""
    if word in ("up", "down", "remove"):
        focus = _moved(draft, word, name)
    elif word in ("add", "condition", "group"):
        focus = _added(draft, word, name, metric)
    settle(draft)
    return focus


def _moved(draft: Draft, word: str, name: str) -> str:
    at, _dot, number = name.rpartition(".")
    rows = rows_at(draft, at)
    if rows is None or not number.isdecimal() or int(number) >= len(rows):
        return ""
    place = int(number)
    if word == "remove":
        gone = rows.pop(place)
        if at == "groups":
            for criterion in draft["criteria"]:
                criterion["group"] = "" if criterion["group"] == gone["key"] else criterion["group"]
        return f"{at}.{min(place, len(rows) - 1)}" if rows else at
    other = place - 1 if word == "up" else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
        return f"{at}.{other}"
    return name


def _added(draft: Draft, word: str, name: str, metric: str) -> str:
    rows = rows_at(draft, name)
    if rows is None or len(rows) >= MOST_ROWS:
        return ""
    last = name.rpartition(".")[2]
    if last == "grades" and rows:  # the lowest stays the lowest
        rows.insert(len(rows) - 1, _new(draft, last, word, metric))
        return f"{name}.{len(rows) - 2}"
    rows.append(_new(draft, last, word, metric))
    return f"{name}.{len(rows) - 1}" + (".parts.0" if word == "group" else "")


def _new(draft: Draft, kind: str, word: str, metric: str) -> Draft:
    if kind == "criteria":
        return row(CRITERION, metric=metric, rule="interpolate", better="higher",
                   missing="fails" if draft["method"] == THRESHOLD else "exclude")  # fmt: skip
    if kind == "bands":
        return row(BAND, sign="from")
    if kind == "interpolate":
        return row(ANCHOR)
    if kind == "parts":
        condition = row(NODE, node="condition", operator="from")
        return row(NODE, node="any", parts=[condition]) if word == "group" else condition
    if kind == "grades":
        return row(GRADE, tone="gray", sign="from", rule="all", parts=[row(NODE, node="condition", operator="from")])
    if kind == "groups":
        return {"key": _free("group", [each["key"] for each in draft["groups"]]), "zh": "", "en": ""}
    return {"zh": "", "en": "", "role": ""}


def settle(draft: Draft) -> None:
    """What follows from what was chosen: metrics become figures of the scheme, figures have keys, names and units."""
    for grade in draft["grades"]:
        _adopt(draft, grade["parts"])
    provided = all_metrics()
    for each in draft["criteria"]:
        metric = provided.get(each["metric"])
        each["unit"] = metric.unit if metric else each["unit"]
        if metric and not each["zh"] and not each["en"]:
            each["zh"], each["en"] = titles(metric.title)
        if not each["key"]:
            wanted = each["metric"].partition(".")[2][:30] or "figure"
            each["key"] = _free(wanted, [other["key"] for other in draft["criteria"]])
        rows = None if draft["method"] == THRESHOLD else each.get(each["rule"])
        while isinstance(rows, list) and len(rows) < 2:
            rows.append(row(BAND, sign="from") if each["rule"] == "bands" else row(ANCHOR))


def _adopt(draft: Draft, parts: list[Draft]) -> None:
    for part in parts:
        _adopt(draft, part["parts"])
        key = part["criterion"]
        if not key.startswith(METRIC):
            continue
        metric = key.removeprefix(METRIC)
        if metric not in all_metrics():
            part["criterion"] = ""
            continue
        same = [each for each in draft["criteria"] if each["metric"] == metric]
        if not same:
            wanted = _free(metric.partition(".")[2][:30], [each["key"] for each in draft["criteria"]])
            same = [row(CRITERION, key=wanted, metric=metric, missing="fails", rule="interpolate", better="higher")]
            draft["criteria"] += same
        part["criterion"] = same[0]["key"]


def _free(wanted: str, taken: list[str]) -> str:
    if wanted not in taken:
        return wanted
    return next(f"{wanted}_{n}" for n in range(2, len(taken) + 3) if f"{wanted}_{n}" not in taken)


def titles(title: object) -> tuple[str, str]:
    """A text in Chinese and in English."""
    with force_locale(CHINESE):
        chinese = str(title)
    with force_locale(ENGLISH):
        return chinese, str(title)
