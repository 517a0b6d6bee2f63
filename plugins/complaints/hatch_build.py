"""Compiles the message catalogues into the wheel (and beside the sources of an editable install)."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):
    """Turn every ``messages.po`` below the project into the ``messages.mo`` that gettext reads."""

    def initialize(self, version, build_data):
        for source in sorted(Path(self.root).rglob("translations/*/LC_MESSAGES/messages.po")):
            with source.open("rb") as file:
                catalogue = read_po(file)
            target = source.with_suffix(".mo")
            with target.open("wb") as file:
                write_mo(file, catalogue)
            build_data["artifacts"].append(str(target.relative_to(self.root)))
