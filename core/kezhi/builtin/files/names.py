"""File names as they are kept: no folders, no signs that deceive, not too long."""

from __future__ import annotations

import unicodedata

from kezhi import Refused
from kezhi.i18n import _

LONGEST = 160
LONGEST_ENDING = 10
#: names that Windows gives to devices
DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(10))}


def clean_name(given: str) -> str:
    """A file's name without folders, control signs, signs that turn the reading direction, and what systems refuse.

    Errors: ``Refused`` for a name that has nothing left, or no ending.
    """
    name = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    name = "".join(" " if sign.isspace() else sign for sign in name if _is_plain(sign) or sign.isspace())
    name = "".join("_" if sign in '<>:"|?*' else sign for sign in name)
    name = " ".join(name.split()).strip(" .")
    stem, dot, ending = name.rpartition(".")
    stem = stem.strip(" .")
    if not dot or not stem or not ending or len(ending) > LONGEST_ENDING:
        raise Refused(_("The file needs a name with an ending, such as contract.pdf."), field="file")
    if stem.partition(".")[0].lower() in DEVICES:
        stem = f"_{stem}"
    return f"{stem[: LONGEST - len(ending) - 1].rstrip()}.{ending}"


def ending_of(name: str) -> str:
    """The ending of a clean name, in small letters."""
    return name.rpartition(".")[2].lower()


def _is_plain(sign: str) -> bool:
    return unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn")
