"""Which column of a file fills which field."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import force_locale

from kezhi import Refused
from kezhi.i18n import LOCALES, _

from .contributions import Importer, ImportField


@dataclass(frozen=True, slots=True)
class Columns:
    """``fields`` maps field keys to places in the header; ``ignored`` are the columns that no field takes."""

    fields: dict[str, int]
    ignored: list[str]
    problems: list[str] = field(default_factory=list)
    doubled: dict[str, list[str]] = field(default_factory=dict)  #: field keys with more than one column by name
    is_open: bool = False  #: only required fields are unfilled or doubly filled: a person can say what is meant

    def refuse(self) -> None:
        """Errors: one ``Refused`` with every problem."""
        if self.problems:
            raise Refused("\n".join(self.problems))


def folded(name: str) -> str:
    """A name as it is compared: width, case, blanks, underscores and hyphens do not count."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in text if not character.isspace() and character not in "_-")


def labels(each: ImportField) -> list[str]:
    """The field's label in every language."""
    found = []
    for locale in LOCALES:
        with force_locale(locale):
            found.append(str(each.label))
    return found


def match(importer: Importer, header: Sequence[str], wanted: Mapping[str, str] | None = None) -> Columns:
    """Match columns to fields: as ``wanted`` says (field to column, or to nothing), else by name.

    Problems are collected, not raised; :meth:`Columns.refuse` raises them.
    """
    names = _names(importer)
    places = {folded(name): place for place, name in reversed(list(enumerate(header)))}
    problems: list[str] = []
    chosen: dict[str, int] = {}
    skipped: set[str] = set()
    for asked, column in (wanted or {}).items():
        key = names.get(folded(asked))
        if key is None:
            known = ", ".join(each.key for each in importer.fields)
            problems.append(_("There is no field “%(field)s”. Fields: %(known)s.", field=asked, known=known))
        elif not column:
            skipped.add(key)
        elif column in header or folded(column) in places:
            place = header.index(column) if column in header else places[folded(column)]
            if chosen.setdefault(key, place) != place:
                problems.append(_twice(importer, key, [header[chosen[key]], header[place]]))
        else:
            problems.append(
                _("The file has no column “%(column)s”. Columns: %(known)s.", column=column, known=", ".join(header))
            )
    is_open = not problems
    taken = set(chosen.values())
    found: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        key = names.get(folded(name))
        if key is not None and key not in chosen and key not in skipped and place not in taken:
            found.setdefault(key, []).append(place)
    doubled = {key: [header[place] for place in several] for key, several in found.items() if len(several) > 1}
    problems += [_twice(importer, key, columns) for key, columns in doubled.items()]
    chosen.update({key: several[0] for key, several in found.items() if key not in doubled})
    problems += _missing(importer, chosen, found)
    used = set(chosen.values()) | {place for several in found.values() for place in several}
    ordered = {each.key: chosen[each.key] for each in importer.fields if each.key in chosen}
    ignored = [name for place, name in enumerate(header) if place not in used]
    return Columns(ordered, ignored, problems, doubled, is_open and bool(problems))


def _names(importer: Importer) -> dict[str, str]:
    """Every name by which a field is recognised; a key wins over a label, a label over an alias."""
    names: dict[str, str] = {}
    ranks = (
        [(each.key, [each.key]) for each in importer.fields],
        [(each.key, labels(each)) for each in importer.fields],
        [(each.key, list(each.aliases)) for each in importer.fields],
    )
    for rank in ranks:
        for key, texts in rank:
            for text in texts:
                names.setdefault(folded(text), key)
    return names


def _twice(importer: Importer, key: str, columns: list[str]) -> str:
    text: str = _(
        "Two columns fill the field “%(field)s”: %(columns)s. Say which one is meant: --map %(key)s=COLUMN.",
        field=_label(importer, key),
        columns=", ".join(columns),
        key=key,
    )
    return text


def _missing(importer: Importer, chosen: Mapping[str, int], found: Mapping[str, list[int]]) -> list[str]:
    return [
        _(
            "No column fills the required field “%(field)s”. Name the column after it, or say which one it is:"
            " --map %(key)s=COLUMN.",
            field=str(each.label),
            key=each.key,
        )
        for each in importer.fields
        if each.required and each.key not in chosen and each.key not in found
    ]


def _label(importer: Importer, key: str) -> str:
    return next(str(each.label) for each in importer.fields if each.key == key)
