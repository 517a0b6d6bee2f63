"""Renders a plugin distribution from the files under ``template/``.

A template's name ends in ``.j2``, so that no tool takes it for code; ``NAME`` in its path is the plugin's name.
Delimiters are ``[[ … ]]`` and ``[% … %]``: the rendered pages keep their own ``{{ … }}``.
"""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from importlib.metadata import entry_points, version
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..discover import GROUP
from ..errors import Refused

TEMPLATE = Path(__file__).parent / "template"

NAME = re.compile(r"[a-z][a-z0-9]{1,15}")
#: Addresses and commands that are taken, and names that the plugin's own modules import.
RESERVED = frozenset(
    (
        "access", "any", "audit", "check", "clause", "column", "conformance", "departments", "doctor", "export",
        "health", "import", "init", "job", "jobs", "kezhi", "language", "login", "logout", "me", "metric", "panel",
        "permission", "plugin", "record", "role", "roles", "serve", "settings", "static", "summary", "test", "testing",
        "user", "users",
    )
)  # fmt: skip
#: Characters that would end a text in one of the files that a title is written to.
UNSAFE = re.compile(r"""["\\%{}\[\]<>&\x00-\x1f\x7f]""")
LONGEST_TITLE = 40


@dataclass(frozen=True, slots=True)
class Project:
    """What a new plugin is called."""

    name: str
    title: str
    title_zh: str

    @property
    def class_name(self) -> str:
        return self.name.title()

    @property
    def folder(self) -> str:
        return f"kezhi-{self.name}"

    @property
    def prefix(self) -> str:
        """What the ids of its clauses start with."""
        return self.name[:3].upper()


def project(name: str, title: str | None = None, title_zh: str | None = None) -> Project:
    """A checked name with its titles. Errors: ``Refused``, saying what a name has to be."""
    if not NAME.fullmatch(name):
        raise Refused(
            f"{name!r} cannot be an app's name: 2 to 16 lower-case letters and digits, the first one a letter "
            "(it prefixes tables and addresses, so no hyphen or underscore)"
        )
    if keyword.iskeyword(name) or keyword.iskeyword(name.title()):
        raise Refused(f"{name!r} cannot be an app's name: it is a word of Python")
    if name in RESERVED:
        raise Refused(f"{name!r} cannot be an app's name: Kezhi uses it itself")
    if any(entry.name == name for entry in entry_points(group=GROUP)):
        raise Refused(f"there is an app {name!r} already: choose another name")
    english = _title(title or name.title())
    return Project(name, english, _title(title_zh or english))


def _title(text: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > LONGEST_TITLE or UNSAFE.search(text):
        raise Refused(f'{text!r} cannot be a title: 1 to {LONGEST_TITLE} characters, none of " \\ % {{ }} [ ] < > &')
    return text


def render(made: Project, into: Path) -> Path:
    """Write the distribution to a new folder below ``into``; returns the folder. Errors: ``Refused`` if it exists."""
    target = into / made.folder
    try:
        target.mkdir(parents=True)
    except FileExistsError:
        raise Refused(f"{target} exists already: nothing was written") from None
    environment = Environment(  # not escaped: what is rendered is source code, titles are checked
        loader=FileSystemLoader(TEMPLATE),
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    values = {name: getattr(made, name) for name in ("name", "title", "title_zh", "class_name", "prefix")}
    values |= _versions()
    for name in environment.list_templates(extensions=["j2"]):
        path = target / name.replace("NAME", made.name).removesuffix(".j2")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(environment.get_template(name).render(values), encoding="utf-8", newline="\n")
    return target


def _versions() -> dict[str, str]:
    """The range of Kezhi's versions that the plugin is written for: from this one to before the next minor one."""
    major, minor = (int(part) for part in version("kezhi").split(".")[:2])
    return {"version": f"{major}.{minor}", "versions": f">={major}.{minor},<{major}.{minor + 1}"}
