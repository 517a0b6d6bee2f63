"""What a file holds, told from its bytes: it must agree with the ending, and be nothing that runs."""

from __future__ import annotations

import codecs
import re
from xml.etree import ElementTree

from kezhi import Refused
from kezhi.i18n import _

from .archives import Openable, inspect_archive, inspect_office, inspect_open
from .kinds import KINDS, Kind
from .names import ending_of

HEAD = 8192
LARGEST_SVG = 2 * 1024 * 1024
PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"#!",
    b"!<arch>",
    b"dex\n",
)
#: markup that a browser would take for a page, whatever the file is called
PAGE = re.compile(rb"<(!doctype\s+html|html|head|body|script|iframe|svg|meta|style|a\s+href)\b", re.IGNORECASE)
ACTIVE = {"script", "foreignobject", "iframe", "embed", "object", "handler", "listener", "animate", "set"}


def inspect(content: Openable, name: str, allowed: tuple[str, ...], allow_macros: bool) -> str:
    """The media type of an uploaded file. Errors: ``Refused`` saying why it is not taken."""
    ending = ending_of(name)
    kind = KINDS.get(ending)
    with content.open() as file:
        head = file.read(HEAD)
    if not head:
        raise _refused(_("The file is empty."))
    if _is_program(head):
        raise _refused(_("The file is a program. Programs are not taken."))
    if kind is None or ending not in allowed or (kind.macros and not allow_macros):
        raise _refused(
            _("Files of the type “%(type)s” are not taken. Taken: %(taken)s.", type=ending, taken=", ".join(allowed))
        )
    _check(content, head, ending, kind, allow_macros)
    return kind.media_type


def _check(content: Openable, head: bytes, ending: str, kind: Kind, allow_macros: bool) -> None:
    if kind.family == "text":
        _check_text(content, ending)
    elif kind.family == "svg":
        _check_svg(content)
    elif kind.family == "office":
        inspect_office(content, ending, kind, allow_macros)
    elif kind.family == "open":
        inspect_open(content, ending, kind, allow_macros)
    elif kind.family == "archive":
        inspect_archive(content, ending)
    elif not any(head[place : place + len(sign)] == sign for place, sign in kind.magic):
        raise disagrees(ending)


def disagrees(ending: str) -> Refused:
    """The refusal of a file that is not what its name says."""
    return _refused(_("The file ends in “.%(ending)s”, but does not hold that.", ending=ending))


def _refused(message: object) -> Refused:
    return Refused(message, field="file")


def _is_program(head: bytes) -> bool:
    if head.startswith(b"MZ"):  # a table may begin with these letters; a program holds bytes that no text does
        return b"\0" in head[:512]
    return head.startswith(PROGRAMS)


def _check_text(content: Openable, ending: str) -> None:
    """Text in UTF-8 or GB 18030, and not a web page under another name."""
    decoders = [codecs.getincrementaldecoder(name)() for name in ("utf-8", "gb18030")]
    with content.open() as file:
        first = file.read(HEAD)
        if PAGE.search(first):
            raise _refused(_("The file holds a web page. Web pages are not taken."))
        piece = first
        while piece:
            if b"\0" in piece:
                raise disagrees(ending)
            decoders = [decoder for decoder in decoders if _takes(decoder, piece)]
            piece = file.read(1024 * 1024)
    if not [decoder for decoder in decoders if _takes(decoder, b"", final=True)]:
        raise _refused(_("The text is neither in UTF-8 nor in GB 18030."))


def _takes(decoder: codecs.IncrementalDecoder, piece: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def _check_svg(content: Openable) -> None:
    """A drawing and nothing else: no script, no event, no address but within itself, no entity."""
    with content.open() as file:
        data = file.read(LARGEST_SVG + 1)
    if not data or len(data) > LARGEST_SVG or b"<!DOCTYPE" in data.upper() or b"<!ENTITY" in data.upper():
        raise disagrees("svg")
    try:
        data.decode("utf-8-sig")
        root = ElementTree.fromstring(data)  # noqa: S314 - without a document type there is no entity to expand
    except (UnicodeDecodeError, ElementTree.ParseError, ValueError):
        raise disagrees("svg") from None
    if _local(root.tag) != "svg":
        raise disagrees("svg")
    for element in root.iter():
        if _local(element.tag) in ACTIVE or any(_is_active(key, text) for key, text in element.attrib.items()):
            raise _refused(_("The drawing holds a script or an outside address. Export it as PNG or PDF."))
        if _local(element.tag) == "style" and re.search(r"url\(|@import|\\\\", element.text or ""):
            raise _refused(_("The drawing holds a script or an outside address. Export it as PNG or PDF."))


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _is_active(key: str, text: str) -> bool:
    name, value = _local(key), re.sub(r"[\s\0]", "", text).lower()
    if name.startswith("on"):
        return True
    return name in ("href", "src") and not value.startswith(("#", "data:image/png", "data:image/jpeg"))
