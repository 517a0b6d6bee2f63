"""Plugins made on the spot: a package with its metadata in a folder on ``sys.path``, seen like an installed one."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

PLUGIN = """\
from kezhi import Plugin, hookimpl

class {title}(Plugin):
    name = "{name}"
    title = "{title}"
    depends = {depends!r}
"""


def make_distribution(
    folder: Path,
    name: str,
    *,
    body: str = "",
    depends: Mapping[str, str] | None = None,
    before: str = "",
    files: Mapping[str, str] | None = None,
    version: str = "1.0",
) -> Path:
    """Write the distribution ``kezhi-<name>`` into ``folder`` (put it on ``sys.path`` yourself); returns its package.

    ``body`` is added inside the plugin class, ``before`` at the top of the module, ``files`` beside it.
    """
    package = folder / f"kezhi_{name}"
    shutil.rmtree(package, ignore_errors=True)
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    text = PLUGIN.format(name=name, title=name.title(), depends=dict(depends or {"kezhi": ">=0.1"}))
    indented = "".join(f"    {line}\n" if line else "\n" for line in body.splitlines())
    (package / "plugin.py").write_text(f"{before}\n{text}\n{indented}")
    for path, content in (files or {}).items():
        target = package / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    remove_metadata(folder, name)
    info = folder / f"kezhi_{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: kezhi-{name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[kezhi.plugins]\n{name} = kezhi_{name}.plugin:{name.title()}\n")
    return package


def remove_metadata(folder: Path, name: str) -> None:
    """What ``pip uninstall`` does to the entry point."""
    for info in folder.glob(f"kezhi_{name}-*.dist-info"):
        shutil.rmtree(info)


def on_path(folder: Path) -> None:
    """Let this process see what is in ``folder``."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
