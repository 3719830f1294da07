from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.geo.files.results.signature import kind_signed, sign, signed_text

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"


def png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    )


def parquet() -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame({"code": ["01", "02"], "value": [1.5, 2.5]}).to_parquet(buffer)
    return buffer.getvalue()


FORMS = {
    "page.html": b"<!DOCTYPE html>\n<html><body>x</body></html>\n",
    "map.svg": b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'></svg>\n",
    "map.png": png(),
    "map.pdf": PDF,
    "atlas.parquet": parquet(),
    "counts.csv": b"code,count\n01,2\n",
    "quality.json": b"{}\n",
    "empty.csv": b"",
}


@pytest.fixture(params=FORMS)
def signed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / request.param
    path.write_bytes(FORMS[request.param])
    assert kind_signed(path) is None
    sign(path, "map")
    return path


def test_what_we_wrote_is_known(signed: Path) -> None:
    assert kind_signed(signed) == "map"


def test_signing_twice_changes_nothing(signed: Path) -> None:
    content = signed.read_bytes()
    sign(signed, "map")
    assert signed.read_bytes() == content


def test_a_text_is_signed_as_its_file_is(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(FORMS["page.html"])
    sign(path, "map")
    assert signed_text(FORMS["page.html"].decode(), "map") == path.read_text("utf-8")
    assert signed_text("no page", "map") == "no page"


def test_one_byte_more_or_another_is_somebody_elses(signed: Path) -> None:
    content = signed.read_bytes()
    for other in (content + b"\n", b" " + content, content[:-1] if content else b"x"):
        signed.write_bytes(other)
        assert kind_signed(signed) is None
    signed.write_bytes(content)
    assert kind_signed(signed) == "map"


def test_every_byte_counts(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(FORMS["page.html"])
    sign(path, "map")
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert kind_signed(path) is None, place


def test_a_signature_is_of_one_kind(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(FORMS["page.html"])
    sign(path, "map")
    path.write_bytes(path.read_bytes().replace(b"zoneblanche:map", b"zoneblanche:report"))
    assert kind_signed(path) is None


def test_formats_stay_what_they_are(tmp_path: Path) -> None:
    from PIL import Image

    for name in ("atlas.parquet", "map.png", "page.html", "map.svg", "map.pdf"):
        (tmp_path / name).write_bytes(FORMS[name])
        sign(tmp_path / name, "map")
    assert pd.read_parquet(tmp_path / "atlas.parquet")["value"].tolist() == [1.5, 2.5]
    assert pq.ParquetFile(tmp_path / "atlas.parquet").metadata.num_rows == 2
    with Image.open(tmp_path / "map.png") as picture:
        picture.load()
        assert picture.size == (1, 1)
    assert (tmp_path / "page.html").read_bytes().rstrip().endswith(b"</html>")
    assert (tmp_path / "map.svg").read_bytes().rstrip().endswith(b"</svg>")
    assert (tmp_path / "map.pdf").read_bytes().endswith(b"startxref\n9\n%%EOF\n")


def test_a_file_system_without_attributes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash is kept in a list in the user's state folder, which nobody else may read."""
    monkeypatch.delattr(os, "setxattr", raising=False)
    monkeypatch.delattr(os, "getxattr", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "counts.csv"
    path.write_bytes(b"code,count\n")
    assert kind_signed(path) is None
    sign(path, "counts")
    assert kind_signed(path) == "counts"
    path.rename(tmp_path / "moved.csv")
    assert kind_signed(tmp_path / "moved.csv") == "counts"
    if os.name == "posix" and os.uname().sysname == "Linux":
        listed = tmp_path / "state" / "zoneblanche" / "written"
        assert listed.stat().st_mode & 0o077 == 0
        assert listed.parent.stat().st_mode & 0o077 == 0


def test_the_list_stays_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from zoneblanche.geo.files.results import signature

    monkeypatch.delattr(os, "setxattr", raising=False)
    monkeypatch.delattr(os, "getxattr", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(signature, "_MOST_LISTED", 10)
    for number in range(30):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(str(number).encode())
        sign(path, "counts")
        assert kind_signed(path) == "counts"
    listed = (tmp_path / "state" / "zoneblanche" / "written").read_text().split("\n")
    assert 5 <= len(listed) <= 13


def test_no_place_for_the_hash_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is written all the same; it is not replaced later."""
    monkeypatch.delattr(os, "setxattr", raising=False)
    monkeypatch.delattr(os, "getxattr", raising=False)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file" / "state"))
    path = tmp_path / "counts.csv"
    path.write_bytes(b"code,count\n")
    sign(path, "counts")
    assert kind_signed(path) is None


@given(st.binary(max_size=200), st.sampled_from([value[:40] for value in FORMS.values()]))
def test_no_content_is_taken_for_ours_or_fails(
    tmp_path_factory: pytest.TempPathFactory, rest: bytes, start: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(start + rest)
    assert kind_signed(path) is None
    sign(path, "map")
    assert kind_signed(path) == "map"
