"""Compiles the message catalogues and brings the charts' library in, for wheels and beside an editable install."""

import hashlib
import importlib.util
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: ECharts 6.1.0 as its makers publish it; the package that carries it here is checked against this
CHARTS = "28515f26aa57f87eb1e4ed4eb446927eaf329b5f5e02b4bfd4b0264fea40d1da"
CARRIER, INSIDE = "instaui_echarts", "static/echarts.esm.min.js"
TARGET = "core/kezhi/static/lib/echarts.esm.min.js"


class BuildHook(BuildHookInterface):
    """Turn every ``messages.po`` into the ``messages.mo`` that gettext reads; copy what pages load from others."""

    def initialize(self, version, build_data):
        for source in sorted(Path(self.root).rglob("translations/*/LC_MESSAGES/messages.po")):
            with source.open("rb") as file:
                catalogue = read_po(file)
            target = source.with_suffix(".mo")
            with target.open("wb") as file:
                write_mo(file, catalogue)
            build_data["artifacts"].append(str(target.relative_to(self.root)))
        bring_charts(Path(self.root) / TARGET)
        build_data["artifacts"].append(TARGET)


def bring_charts(target):
    """Copy the library of charts to ``target``. Errors: ``SystemExit`` when it is not there or not the known one."""
    if not (target.exists() and digest(target) == CHARTS):
        found = importlib.util.find_spec(CARRIER)
        source = Path(found.submodule_search_locations[0]) / INSIDE if found else None
        if source is None or digest(source) != CHARTS:
            raise SystemExit("the charts' library is not at hand: install requirements/assets.txt first")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
