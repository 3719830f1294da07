"""Who wrote a report, for whom, when, and the logo on it."""

from __future__ import annotations

import base64
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.kinds import check_there, read_bytes
from zoneblanche.geo.files.results.inputs import note_inputs
from zoneblanche.geo.messages import _
from zoneblanche.maps.drawn.words import write_date
from zoneblanche.maps.report.words import words_in

MOST_BYTES = 512 * 1024
"""Maximum size of a logo: every report of a batch contains it."""
MOST_PIXELS = 4000
"""Maximum width and height of a PNG."""

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
DRAWN = frozenset({
    "svg", "g", "defs", "symbol", "use", "title", "desc", "style", "path", "rect", "circle",
    "ellipse", "line", "polyline", "polygon", "text", "tspan", "linearGradient", "radialGradient",
    "stop", "clipPath", "mask", "pattern",
})  # fmt: skip
"""Elements of SVG that only draw."""
DROPPED = frozenset({"metadata"})
_REFERENCE = re.compile(r"url\(\s*['\"]?(?!\s*#)|@import|expression\(|\\", re.IGNORECASE)
"""In a style: what leads outside the picture, or hides that it does (an escape)."""


@dataclass(frozen=True)
class Imprint:
    """The imprint of a report; "" leaves a part out.

    Attributes:
        author: who wrote it.
        commissioner: for whom.
        date: ISO 8601, which is written as the language does, or any text.
        logo: a data URL of the picture, checked by `read_imprint`.
    """

    author: str = ""
    commissioner: str = ""
    date: str = ""
    logo: str = ""

    @property
    def signed(self) -> dict[str, str]:
        """The parts that are text and given, by name."""
        parts = {"author": self.author, "commissioner": self.commissioner, "date": self.date}
        return {name: text for name, text in parts.items() if text}


NO_IMPRINT = Imprint()


def imprint_parts(imprint: Imprint, lang: str) -> list[tuple[str, str]]:
    """Return the given parts of an imprint that are text, each with its heading."""
    words = words_in(lang)
    return [
        (words[f"imprint_{name}"], write_date(text, lang) if name == "date" else text)
        for name, text in imprint.signed.items()
    ]


def read_imprint(
    author: str | None = None,
    commissioner: str | None = None,
    date: str | None = None,
    logo: Path | None = None,
) -> Imprint:
    """Return an imprint whose logo was read and checked.

    Raises:
        InputError: the logo is not a PNG or SVG file, is too large, or its SVG does more than draw.
        ProblemWithEnvironment: the logo cannot be read.
    """
    return Imprint(
        author=author or "",
        commissioner=commissioner or "",
        date=date or "",
        logo="" if logo is None else _read_logo(logo),
    )


def _read_logo(path: Path) -> str:
    note_inputs([path])
    check_there(path)
    if path.stat().st_size > MOST_BYTES:
        raise _refused(path, _("the logo has more than {most} KiB.", most=MOST_BYTES // 1024))
    data = read_bytes(path, most_bytes=MOST_BYTES)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        _check_png(data, path)
        kind = "png"
    else:
        data = _drawing(data, path)
        kind = "svg+xml"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _check_png(data: bytes, path: Path) -> None:
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise _refused(path, _("this PNG file has no header."))
    width, height = struct.unpack(">II", data[16:24])
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        raise _refused(
            path,
            _(
                "the logo has {width} by {height} pixels; at most {most} are allowed each way.",
                width=width,
                height=height,
                most=MOST_PIXELS,
            ),
        )


def _drawing(data: bytes, path: Path) -> bytes:
    """Return an SVG that only draws, without its metadata."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(path, _("this is not a PNG file, nor an SVG file in UTF-8.")) from error
    # Entities are declared in a document type: without one, a small file stays small.
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise _refused(path, _("this SVG file has a document type, which may declare entities."))
    try:
        root = ET.fromstring(text)
    except (ET.ParseError, ValueError) as error:
        raise _refused(path, _("this is not a PNG file, nor a valid SVG file.")) from error
    if root.tag != f"{SVG}svg":
        raise _refused(path, _("this is not a PNG file, nor a valid SVG file."))
    _check_element(root, path)
    ET.register_namespace("", SVG[1:-1])
    ET.register_namespace("xlink", XLINK[1:-1])
    return ET.tostring(root, encoding="utf-8")


def _check_element(root: ET.Element, path: Path) -> None:
    """Remove the metadata of drawing programs; refuse everything else that does not draw."""
    for element in root.iter():
        name = element.tag.removeprefix(SVG)
        if name not in DRAWN:
            raise _refused(
                path, _("the SVG file has an element {name}, which is not a drawing.", name=name)
            )
        if name == "style" and _REFERENCE.search(element.text or ""):
            raise _refused(path, _("a style of the SVG file leads outside it."))
        _check_attributes(element, path)
        for child in list(element):
            is_svg = isinstance(child.tag, str) and child.tag.startswith(SVG)
            if not is_svg or child.tag.removeprefix(SVG) in DROPPED:
                element.remove(child)


def _check_attributes(element: ET.Element, path: Path) -> None:
    for name, value in list(element.attrib.items()):
        if name == "href" or name == f"{XLINK}href":
            safe = value.startswith("#")
        elif name.startswith("{"):
            del element.attrib[name]
            continue
        else:
            safe = not name.lower().startswith("on") and not _REFERENCE.search(value)
        if not safe:
            raise _refused(
                path,
                _(
                    "the attribute {name} of the SVG file runs a script or leads outside it.",
                    name=name.removeprefix(XLINK),
                ),
            )


def _refused(path: Path, why: str) -> InputError:
    remedy = _("Use a PNG file, or save the drawing as plain SVG.")
    return InputError(Fault(why, file=str(path), remedy=remedy, kind="logo"))
