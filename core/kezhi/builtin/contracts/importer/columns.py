"""What the columns of a file of contracts may be called, and how their cells are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from kezhi import Refused, clock, currency
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ...customers.importer import of_customers
from ...customers.services.protected import index_of
from ...imports.contributions import ImportField
from ...imports.suggesting import nearest
from ...imports.values import parse_amount, parse_code, parse_currency, parse_date, parse_text, parse_whole
from ..labels import FIELD_LABELS
from ..services.kinds import check_days, kind_key, kinds_in_use
from ..services.sealing import PROTECTED, SIGNERS
from ..services.values import EARLIEST, LATEST, LONGEST

ALIASES: dict[str, tuple[str, ...]] = {
    "number": ("合同编号", "合同号", "协议编号", "contract_no", "contract"),
    "kind": ("合同类型", "合同种类", "类型", "type"),
    "title": ("合同名称", "标的", "内容", "name"),
    "our_party": ("我方主体", "甲方", "我方单位"),
    "their_party": ("对方主体", "乙方", "对方单位"),
    "other_parties": ("其他方", "丙方", "其他当事人"),
    "our_signer": ("我方签订人", "我方签字人", "我方代表"),
    "their_signer": ("对方签订人", "对方签字人", "对方代表"),
    "signed_on": ("签订日期", "签署日期", "签约日期", "signed"),
    "valid_from": ("生效日期", "起始日期", "开始日期", "from"),
    "valid_to": ("到期日期", "终止日期", "截止日期", "有效期至", "to", "expires"),
    "remind_days": ("提前提醒天数", "提醒天数", "reminder"),
    "amount": ("合同金额", "金额", "总金额"),
    "currency": ("币种", "币别", "货币"),
    "terms": ("条款", "主要条款", "付款条款"),
}


def fields() -> tuple[ImportField, ...]:
    """Whose contract it is, its number, and what it says."""
    readers: dict[str, Callable[[str], Any]] = {
        "number": _text("number", parse_code),
        "kind": _kind,
        "signed_on": _signed,
        "valid_from": _day,
        "valid_to": _day,
        "remind_days": lambda text: check_days(parse_whole(text)),
        "amount": read_amount,
        "currency": parse_currency,
    }
    customer = (
        ImportField("customer_code", _l("Customer code"), ("客户代码", "客户编号", "客户编码", "customer"),
                    parse=parse_code, suggest=of_customers),
        ImportField("prospect_number", _l("Prospect number"), ("潜在客户编号", "prospect"), parse=parse_code),
    )  # fmt: skip
    own = (
        ImportField(
            key,
            FIELD_LABELS[key],
            ALIASES[key],
            required=key in ("number", "kind"),
            parse=readers.get(key) or _text(key),
            suggest=_kinds_like if key == "kind" else None,
            protect=f"contracts.{key}" if key in PROTECTED else "",
            index=index_of(SIGNERS, key),
        )
        for key in ALIASES
    )
    return (*customer, *own)


def _text(key: str, read: Callable[[str], str] = parse_text) -> Callable[[str], str]:
    def parse(text: str) -> str:
        value = read(text)
        if len(value) > LONGEST[key]:
            raise Refused(_("At most %(count)s characters.", count=LONGEST[key]))
        return value

    return parse


def _kind(text: str) -> str:
    key = kind_key(text)
    if key is None:
        names = "、".join(kind["zh"] for kind in kinds_in_use())
        raise Refused(_("There is no kind of contract “%(kind)s”: choose one of %(known)s.", kind=text, known=names))
    return key


def _kinds_like(texts: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    return nearest(texts, [(kind["zh"], kind["zh"]) for kind in kinds_in_use()])


def _day(text: str) -> str:
    day = parse_date(text)
    if not EARLIEST <= date.fromisoformat(day) <= LATEST:
        raise Refused(
            _("Write a day between %(first)s and %(last)s.", first=EARLIEST.isoformat(), last=LATEST.isoformat())
        )
    return day


def _signed(text: str) -> str:
    day = _day(text)
    if date.fromisoformat(day) > clock.today():
        raise Refused(_("A contract cannot be signed on a day to come: leave the day empty until then."))
    return day


def read_amount(text: str) -> int:
    """An amount of 0 or more with the company's decimals; the row's currency is asked later. Errors: ``Refused``."""
    value = parse_amount(currency())(text)
    if value < 0:
        raise Refused(_("“%(value)s” is below 0: an amount is 0 or more.", value=text))
    return value
