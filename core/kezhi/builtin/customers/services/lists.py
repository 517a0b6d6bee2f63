"""The company's lists of values (CUS-03). Stored is an entry's key, or what somebody wrote when no entry fits."""

from __future__ import annotations

from typing import Any

from kezhi import localised, setting

from .texts import name_key

#: Shipped defaults; the company's own stand in the settings ``customers.<field>``.
DEFAULTS: dict[str, list[dict[str, str]]] = {
    "business_type": [
        {"key": "contractor", "zh": "建筑工程公司", "en": "Construction contractor"},
        {"key": "trading-company", "zh": "贸易公司", "en": "Trading company"},
        {"key": "operation-centre", "zh": "运营中心", "en": "Operation centre"},
        {"key": "project-retail", "zh": "工程方零售", "en": "Project retail"},
    ],
    "stage": [
        {"key": "new", "zh": "新客户", "en": "New"},
        {"key": "existing", "zh": "现有客户", "en": "Existing"},
        {"key": "lost", "zh": "流失", "en": "Lost"},
    ],
    "industry": [
        {"key": "construction", "zh": "建筑业", "en": "Construction"},
        {"key": "real-estate", "zh": "房地产业", "en": "Real estate"},
        {"key": "manufacturing", "zh": "制造业", "en": "Manufacturing"},
        {"key": "machinery", "zh": "通用设备制造", "en": "Machinery"},
        {"key": "wholesale", "zh": "批发业", "en": "Wholesale"},
        {"key": "retail", "zh": "零售业", "en": "Retail"},
        {"key": "catering", "zh": "住宿和餐饮业", "en": "Hotels and catering"},
        {"key": "agriculture", "zh": "农业", "en": "Agriculture"},
        {"key": "other", "zh": "其他", "en": "Other"},
    ],
}


def entries(field: str) -> list[dict[str, Any]]:
    """The entries in force, in their order."""
    found: list[dict[str, Any]] = setting("customers", field, DEFAULTS[field])
    return found


def text_of(field: str, value: str) -> str:
    """How the present language shows a stored value; unknown ones as they were written."""
    for entry in entries(field):
        if entry["key"] == value:
            return localised(entry)
    return value


def key_of(field: str, text: str) -> str | None:
    """The key of the entry that ``text`` names, by key or by label in either language; None when there is none."""
    wanted = name_key(text)
    for entry in entries(field):
        if wanted in {name_key(str(entry.get(part, ""))) for part in ("key", "zh", "en")}:
            return str(entry["key"])
    return None
