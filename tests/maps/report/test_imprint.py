"""The head of a report: who wrote it, for whom, when; and a logo that only draws."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path

import pytest

from tests.maps.report.reading_reports import ReportPage
from zoneblanche.geo.errors import InputError
from zoneblanche.layers.atlas import Atlas
from zoneblanche.maps.report.imprint import MOST_BYTES, Imprint, read_imprint
from zoneblanche.maps.report.write import compose_report, render_report

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'


def png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * (height * (width + 1)))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def logo_of(tmp_path: Path, content: bytes | str) -> Imprint:
    path = tmp_path / "logo"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_imprint(logo=path)


def test_the_head_has_author_commissioner_date_and_logo(toy_atlas: Atlas, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(png(3, 2))
    imprint = read_imprint("An <author>", "The prefect", "2026-11-30", tmp_path / "logo.png")
    text = render_report(compose_report(toy_atlas, lang="fr", imprint=imprint))
    page = ReportPage(text)
    assert "An &lt;author&gt;" in text and "30 novembre 2026" in text
    sources = [value for tag, name, value in page.attributes if (tag, name) == ("img", "src")]
    assert sources[0] == "data:image/png;base64," + base64.b64encode(png(3, 2)).decode()
    assert 'alt="Logo\u00a0: The prefect"' in text
    without = render_report(compose_report(toy_atlas, lang="fr"))
    assert 'class="imprint"' not in without and 'class="logo"' not in without


def test_a_drawing_is_kept_without_its_metadata(tmp_path: Path) -> None:
    content = (
        HEAD + '<metadata>secret</metadata><defs><path id="p" d="M0 0h9"/></defs>'
        '<use xlink:href="#p"/><rect width="4" height="4" fill="url(#p)"/>'
        '<style>.a{fill:red}</style><i:x xmlns:i="urn:i">secret</i:x></svg>'
    )
    data = base64.b64decode(logo_of(tmp_path, content).logo.partition(",")[2]).decode()
    assert "<rect" in data and '"#p"' in data and "fill:red" in data
    assert "secret" not in data


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<rect onload="alert(1)"/>',
        '<image href="https://example.org/a.png"/>',
        '<use href="https://example.org/a.svg#a"/>',
        '<use xlink:href="file:///etc/passwd"/>',
        '<a href="javascript:alert(1)"/>',
        "<foreignObject/>",
        '<rect fill="url(https://example.org/a)"/>',
        "<style>@import 'https://example.org'</style>",
        "<style>.a{fill:u\\72l(https://example.org)}</style>",
        '<g><g><set attributeName="href"/></g></g>',
    ],
)
def test_a_drawing_that_does_more_is_refused(tmp_path: Path, inside: str) -> None:
    with pytest.raises(InputError, match="SVG file"):
        logo_of(tmp_path, f"{HEAD}{inside}</svg>")


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + HEAD + "&a;</svg>",
        "<html/>",
        HEAD,
        (HEAD + "</svg>").encode("utf-16"),
        b"GIF89a",
        b"",
        b"\x89PNG\r\n\x1a\n",
        png(5000, 1),
        b"\x89PNG\r\n\x1a\n" + b"\0" * MOST_BYTES,
    ],
)
def test_what_is_no_logo_is_refused(tmp_path: Path, content: bytes | str) -> None:
    with pytest.raises(InputError):
        logo_of(tmp_path, content)
    with pytest.raises(InputError):
        read_imprint(logo=tmp_path / "absent.png")
