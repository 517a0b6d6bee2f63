"""Rendering: typst for PDF, XlsxWriter for workbooks, docxtpl for Word. The same plan gives the same bytes.

The libraries are heavy and imported where they are used. Data reaches a template as a JSON value, never as markup.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kezhi import Refused
from kezhi.i18n import _

if TYPE_CHECKING:
    from .services.making import Plan

LAYOUTS = Path(__file__).parent / "layouts"
FONT_PACKAGE = "noto_cjk_sans_otc"
DOTS_PER_INCH = 110.0
MOST_KEPT = 4  #: drafts whose pictures are kept
_kept: dict[tuple[str, bytes], list[bytes]] = {}
_lock = threading.Lock()


@lru_cache(maxsize=1)
def _fonts() -> Any:
    """The Chinese font from its package and nothing of the system: every machine makes the same pages."""
    import typst

    found = importlib.util.find_spec(FONT_PACKAGE)
    places = list(found.submodule_search_locations or []) if found is not None else []
    if not places:
        return None
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[*places])


def _need(module: str, package: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise Refused(
            _("This server cannot make such documents: “%(package)s” is missing. Install it with: %(command)s",
              package=package, command="pip install 'kezhi[documents]'")
        )  # fmt: skip


def _typst(made: Plan, format_: str, **options: Any) -> Any:
    _need("typst", "typst")
    _need(FONT_PACKAGE, "noto-cjk-sans-otc")
    import typst

    with _folder(made) as (folder, logo):
        given = {"document": json.dumps({**made.facts(), "logo": logo}), "data": json.dumps(dict(made.content.data))}
        try:
            make: Any = typst.compile  # its overloads do not take options that are handed on
            return make(
                folder / "main.typ",
                root=folder,
                format=format_,
                font_paths=_fonts(),
                ignore_system_fonts=True,
                sys_inputs=given,
                timestamp=made.at.replace(microsecond=0),
                **options,
            )
        except typst.TypstError as error:
            raise RuntimeError(f"{made.kind.key}: {error.message} {error.diagnostic}") from error


@contextmanager
def _folder(made: Plan) -> Iterator[tuple[Path, str]]:
    """The template with the letterhead and the logo beside it. What the document says is never written there."""
    from .services.letterhead import logo_bytes

    assert made.kind.pdf is not None
    with tempfile.TemporaryDirectory(prefix="kezhi-document-") as name:
        folder, logo = Path(name), ""
        shutil.copyfile(made.kind.pdf, folder / "main.typ")
        shutil.copyfile(LAYOUTS / "letterhead.typ", folder / "letterhead.typ")
        if made.head["logo"] is not None:
            ending, blob = made.head["logo"]
            picture = logo_bytes(blob)
            if picture:
                logo = f"logo.{ending}"
                (folder / logo).write_bytes(picture)
        yield folder, logo


def pdf(made: Plan) -> bytes:
    """A PDF with its font in it."""
    return bytes(_typst(made, "pdf"))


def pictures(made: Plan) -> list[bytes]:
    """The pages as PNG pictures, for looking before issuing. Kept for a moment: a page asks for each by itself."""
    found = json.dumps([made.facts(), dict(made.content.data), made.head["logo"]], sort_keys=True)
    key = (made.kind.key, hashlib.sha256(found.encode()).digest())
    with _lock:
        pages = _kept.get(key)
    if pages is None:
        pages = _pictures(made)
        with _lock:
            _kept[key] = pages
            while len(_kept) > MOST_KEPT:
                _kept.pop(next(iter(_kept)))
    return pages


def _pictures(made: Plan) -> list[bytes]:
    found = _typst(made, "png", ppi=DOTS_PER_INCH)
    return [bytes(page) for page in found] if isinstance(found, list) else [bytes(found)]


def workbook(made: Plan) -> bytes:
    """An Excel workbook: per sheet the letterhead, the facts, the table."""
    from .workbook import make

    assert made.kind.sheets is not None
    return make(made, made.kind.sheets(made.content))


def word(made: Plan) -> bytes:
    """A Word document from the kind's template; names in it are ``document`` and ``data``."""
    _need("docxtpl", "docxtpl")
    import jinja2.sandbox
    from docxtpl import DocxTemplate

    assert made.kind.docx is not None
    template = DocxTemplate(made.kind.docx)
    environment = jinja2.sandbox.SandboxedEnvironment(autoescape=True)
    template.render({"document": made.facts(), "data": dict(made.content.data)}, environment, autoescape=True)
    core = template.docx.core_properties
    core.created = core.modified = made.at.replace(microsecond=0, tzinfo=None)
    core.author = core.last_modified_by = made.head["company"]
    target = io.BytesIO()
    template.save(target)
    return _dated(target.getvalue(), made)


def _dated(content: bytes, made: Plan) -> bytes:
    """The archive with every entry dated as the document: the clock of this machine leaves no mark."""
    target, at = io.BytesIO(), made.at.timetuple()[:6]
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as result:
        for entry in source.infolist():
            copy = zipfile.ZipInfo(entry.filename, at)
            copy.compress_type, copy.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            result.writestr(copy, source.read(entry.filename))
    return target.getvalue()
