"""Static files: ours, Bootstrap's from its installed package and the plugins', all from this server under ``/static/``.

An address carries the hash of its file, so that browsers may keep it for a year and still fetch a changed one.
"""

from __future__ import annotations

import time
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from flask import Response, current_app, request, send_from_directory, url_for
from werkzeug.exceptions import NotFound as PageNotFound

from .permissions import kept_here, public

OWN = Path(__file__).parent / "static"
VENDOR = Path(str(files("flask_bootstrap"))) / "static" / "bootstrap5"
ENDPOINTS = frozenset({"kezhi.static", "kezhi.vendor", "kezhi.plugin_static"})
YEAR, DAY = 31_536_000, 86_400


@public
def own_file(filename: str) -> Response:
    """A file of the core's ``static/``."""
    return _send(OWN, filename)


@public
def vendor_file(filename: str) -> Response:
    """A file of Bootstrap: ``css/…``, ``js/…``, ``umd/…``."""
    return _send(VENDOR, filename)


@public
def plugin_file(plugin: str, filename: str) -> Response:
    """A file of an enabled plugin's ``static/``."""
    folder = _plugin_folder(plugin)
    if folder is None:
        raise PageNotFound
    return _send(folder, filename)


def asset(filename: str, plugin: str = "") -> str:
    """The address of a static file of the core, of Bootstrap (``vendor/…``) or of ``plugin``; kept for a second."""
    memo, key = kept_here("asset", plugin, filename)
    kept: tuple[int, str, str] = memo.get(key, (-1, "", ""))
    if kept[0] != (second := int(time.monotonic())):
        name = filename if plugin else filename.removeprefix("vendor/")
        folder = _plugin_folder(plugin) if plugin else OWN if name == filename else VENDOR
        version = _hash(folder / name) if folder is not None else ""
        url = kept[2] if kept[2] and kept[1] == version else _address(plugin, filename, name, version)
        kept = memo[key] = second, version, url
    return kept[2]


def _address(plugin: str, filename: str, name: str, version: str) -> str:
    if plugin:
        return url_for("kezhi.plugin_static", plugin=plugin, filename=filename, v=version)
    return url_for("kezhi.static" if name == filename else "kezhi.vendor", filename=name, v=version)


def is_static(endpoint: str | None) -> bool:
    """Whether an endpoint serves files that are the same for everybody."""
    return endpoint in ENDPOINTS


def _send(folder: Path, filename: str) -> Response:
    """The file, kept by browsers for a year when its address names its content, else for a day."""
    return send_from_directory(folder, filename, max_age=YEAR if request.args.get("v") else DAY)


def _plugin_folder(name: str) -> Path | None:
    plugin = current_app.extensions["kezhi"].plugins.get(name)
    folder: Path | None = plugin.folder("static") if plugin is not None else None
    return folder


def _hash(path: Path) -> str:
    """A short hash of a file's content; empty when there is no such file."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return _content_hash(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=256)
def _content_hash(path: Path, _changed: int, _size: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:12]
