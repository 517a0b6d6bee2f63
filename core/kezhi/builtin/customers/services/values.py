"""From what people type to what is stored: each field tidied and checked, every fault with its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from kezhi import Refused, clock
from kezhi.i18n import _

from ..fields import FIELDS, NUMBERS, Field
from . import lists
from .amounts import number_shown, to_number
from .protected import CUSTOMER_KEYS, blind_keys
from .texts import name_key, tidy, tidy_code

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")
_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}(?::\d+)?", re.UNICODE)


class Invalid(Refused):
    """Values that cannot be stored: ``errors`` holds the message of every faulty field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        field, message = next(iter(errors.items()))
        super().__init__(message, field=field)
        self.errors = dict(errors)


def cleaned(values: Mapping[str, Any], stored: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The values as they are stored. ``stored`` is the record as it is: what stands there already may stay.

    Errors: ``Invalid`` with every fault at once.
    """
    result, errors = checked(values, stored)
    if not errors and stored is None and not result.get("name"):
        errors["name"] = _("A customer needs a name.")
    if errors:
        raise Invalid(errors)
    return result


def checked(
    values: Mapping[str, Any], stored: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values as they are stored, and what is wrong with the others, by field. Fields that are not among them are
    not asked about.
    """
    result: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, value in values.items():
        if key not in FIELDS:
            continue
        try:
            result[key] = clean(FIELDS[key], value, None if stored is None else stored[key])
        except Refused as refused:
            errors[key] = str(refused)
    return result, errors


def clean(field: Field, value: Any, stored: Any = None) -> Any:
    """One value as it is stored. Errors: ``Refused`` with the reason."""
    if field.kind == "date":
        return _clean_day(field, value) if value not in (None, "") else None
    if field.kind in NUMBERS:
        return to_number(field.kind, value) if value not in (None, "") else None
    if field.kind == "groups":
        return _clean_groups(field, value, stored)
    text = str(value or "")
    if field.kind == "long":
        text = text.replace("\r\n", "\n").strip()
    elif field.key in ("name", "short_name", "contact_name", "legal_representative"):
        text = tidy(text)
    else:
        text = text.strip()
    if not text:
        if field.key == "name":
            raise Refused(_("A customer needs a name."), field="name")
        return field.absent()
    if text == stored:
        return text
    checked = _checked(field, text)
    if len(checked) > field.longest:
        raise Refused(
            _(
                "%(field)s is too long: %(count)s characters, at most %(most)s.",
                field=field.label,
                count=len(checked),
                most=field.longest,
            ),
            field=field.key,
        )
    return checked


def _clean_day(field: Field, value: Any) -> date:
    found = clean_date(value)
    if field.key == "founded_on" and found > clock.today():
        raise Refused(_("%(value)s lies in the future.", value=found.isoformat()), field=field.key)
    return found


def _clean_groups(field: Field, value: Any, stored: Any) -> str:
    """Keys of product groups, as a list or as they are stored."""
    wanted = lists.group_keys(value) if isinstance(value, str) else [str(key) for key in value or ()]
    kept = set(lists.group_keys(stored or ""))
    for key in wanted:
        if lists.entry_of("product_group", key) is None or (lists.is_retired("product_group", key) and key not in kept):
            message = _("“%(value)s” is not in the list “%(list)s”: choose one of its values.", value=key,
                        list=field.label)  # fmt: skip
            raise Refused(message, field=field.key)
    return lists.groups_text(wanted)


def _checked(field: Field, text: str) -> str:
    if field.key == "credit_code":
        return clean_credit_code(text)
    if field.kind == "email":
        return clean_email(text)
    if field.kind == "url":
        return clean_website(text)
    if field.kind == "list":
        key = lists.key_of(field.key, text)
        if key is None and field.is_free:
            return tidy(text)
        if key is None or lists.is_retired(field.key, key):
            raise Refused(
                _("“%(value)s” is not in the list “%(list)s”: choose one of its values.", value=text, list=field.label),
                field=field.key,
            )
        return key
    return text


def clean_date(value: Any) -> date:
    """A date, also from ISO text. Errors: ``Refused``."""
    if isinstance(value, date):
        return value
    text = str(value).strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(_("“%(value)s” is not a date: write it as 2016-02-29.", value=text)) from None


def clean_credit_code(text: str) -> str:
    """A unified social credit code with a right check digit. Errors: ``Refused``, naming the digit expected."""
    from stdnum import exceptions
    from stdnum.cn import uscc

    code = tidy_code(text).upper().replace("-", "")
    try:
        return str(uscc.validate(code))
    except exceptions.InvalidLength:
        reason = _(
            "“%(value)s” is not a credit code: it has %(count)s characters instead of 18.", value=code, count=len(code)
        )
    except exceptions.InvalidChecksum:
        reason = _(
            "“%(value)s”: the check digit is wrong, it should be %(digit)s.",
            value=code,
            digit=uscc.calc_check_digit(code[:-1]),
        )
    except exceptions.ValidationError:
        reason = _(
            "“%(value)s” is not a credit code: it has 18 digits and capital letters without I, O, S, V, Z.", value=code
        )
    raise Refused(reason, field="credit_code")


def clean_email(text: str) -> str:
    """An address that can be one. Errors: ``Refused``."""
    if _EMAIL.fullmatch(text) is None:
        raise Refused(
            _("“%(value)s” is not an e-mail address: write it as name@company.cn.", value=text), field="email"
        )
    return text


def clean_website(text: str) -> str:
    """An address of the web, with its scheme. Errors: ``Refused``."""
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        plausible = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc) is not None
    except ValueError:
        plausible = False
    if not plausible or any(character.isspace() for character in address):
        raise Refused(_("“%(value)s” is not a web address: write it as www.company.cn.", value=text), field="website")
    return address


def phone_warning(text: str) -> str | None:
    """Why a phone number looks wrong, or None. It is kept as written (default region: China)."""
    digits = re.sub(r"[\s-]", "", text)
    if re.fullmatch(r"1[3-9]\d{9}", digits):  # a mobile number, without loading the library
        return None
    import phonenumbers

    try:
        plausible = phonenumbers.is_valid_number(phonenumbers.parse(text, "CN"))
    except phonenumbers.NumberParseException:
        plausible = False
    if plausible:
        return None
    return str(_("The phone number “%(value)s” is not a known kind of number; it is kept as written.", value=text))


def list_warning(field: str, value: str) -> str | None:
    """Why an imported list value looks wrong, or None. It is kept as written."""
    entry, label = lists.entry_of(field, value), FIELDS[field].label
    if entry is not None and entry["retired_at"] is None:
        return None
    if entry is not None:
        text = lists.text_of(field, value)
        return str(_("“%(value)s” of the list “%(list)s” is no longer in use.", value=text, list=label))
    return str(_("“%(value)s” is not in the list “%(list)s”; it is kept as written.", value=value, list=label))


def keys_of(values: Mapping[str, Any]) -> dict[str, str]:
    """The keys of the duplicate guard and of exact search that follow from the values."""
    keys = blind_keys(CUSTOMER_KEYS, values)
    if "name" in values:
        keys["name_key"] = name_key(values["name"])
    return keys


def shown(field: str, value: Any) -> str:
    """A stored value as the change history keeps it."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def readable(field: str, value: Any) -> str:
    """A stored value, or what the history keeps of one, as people read it in the present language."""
    known = FIELDS.get(field)
    text = shown(field, value)
    if field == "contact.decision_role":
        name, separator, key = text.rpartition(": ")  # entries of before hold the person's name too
        return f"{name}{separator}{lists.text_of('decision_role', key)}" if text else ""
    if known is None or not text:
        return text
    if known.kind in NUMBERS:
        return number_shown(known.kind, int(text))
    if known.kind == "groups":
        return lists.groups_shown(text)
    return lists.text_of(field, text) if known.kind == "list" else text
