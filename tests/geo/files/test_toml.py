"""TOML files: syntax, doubles, size, bytes; each fault with its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.geo.errors import InputError, ZoneblancheError
from zoneblanche.geo.files.limits import DEFAULT_LIMITS
from zoneblanche.geo.files.structured.toml import parse_toml, read_toml


def write(folder: Path, content: bytes) -> Path:
    path = folder / "project.toml"
    path.write_bytes(content)
    return path


def test_a_good_file_is_read_with_mark_and_windows_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path, b'\xef\xbb\xbftitle = "In\xc3\xa9galit\xc3\xa9s"\r\n[[layers]]\r\nid = "a"\r\n'
    )
    assert read_toml(path) == {"title": "Inégalités", "layers": [{"id": "a"}]}


@pytest.mark.parametrize(
    ("content", "line", "says", "kind"),
    [
        (b'title = "a"\ncountry = fr\n', 2, "column 11: invalid value", "toml-syntax"),
        (b"a = 1\nb = 2\na = 3\n", 3, "cannot overwrite a value", "toml-syntax"),
        (b"[a]\nx = 1\n[a]\ny = 1\n", 3, "is declared twice", "toml-syntax"),
        (b'title = "a\n', 1, "illegal character", "toml-syntax"),
        (b'a = 1\nb = """x\n', None, "end of the file", "toml-syntax"),
        (b"a = " + b"[" * 5000, None, "too deep", "toml-syntax"),
        (b"a = 1\nt = 'caf\xe9'\n", 2, "not UTF-8", "encoding"),
        (b"w = nan\n", None, "'w' is nan", "not-finite"),
        (b"[w]\na = [1.0, -inf]\n", None, "'w.a[1]' is -inf", "not-finite"),
        (b"w = 9223372036854775808\n", None, "'w' is 9223372036854775808, which", "not-finite"),
        (b"w = [" + b"9" * 400 + b"]\n", None, "'w[0]' is 9999", "not-finite"),
        (b"a = " + b"9" * 5000 + b"\n", 1, "more digits than the 19", "toml-syntax"),
        (b"a = 1\x00\n", 1, "", "toml-syntax"),
        (b"<html></html>", None, "HTML page", "wrong-format"),
        (b"PK\x03\x04....", None, "ZIP archive", "wrong-format"),
    ],
)
def test_each_fault_is_a_sentence_with_its_place(
    tmp_path: Path, content: bytes, line: int | None, says: str, kind: str
) -> None:
    path = write(tmp_path, content)
    with pytest.raises(InputError) as caught:
        read_toml(path)
    (fault,) = caught.value.faults
    assert fault.file == str(path)
    assert fault.kind == kind
    assert says in str(fault)
    if line is not None:
        assert fault.line == line


def test_a_number_without_end_is_told_with_its_line(tmp_path: Path) -> None:
    digits = b"1" * 5000
    path = write(tmp_path, b"a = '" + digits + b"'\nb = " + digits + b"\n")
    with pytest.raises(InputError, match=r"line 2: a whole number has more digits than the 19"):
        read_toml(path)


def test_a_long_dotted_key_is_refused_before_it_costs_time(tmp_path: Path) -> None:
    path = write(tmp_path, b"b = 1\na" + b".a" * 400_000 + b" = 1\n")
    with pytest.raises(InputError, match=r"line 2: .* too deep"):
        read_toml(path)


def test_size_and_place_are_bounded(tmp_path: Path) -> None:
    path = write(tmp_path, b"a = 1\n" * 10)
    with pytest.raises(InputError, match=r"60 bytes, more than the limit of 50"):
        read_toml(path, limits=replace(DEFAULT_LIMITS, toml_bytes=50))
    with pytest.raises(InputError, match="this is a folder"):
        read_toml(tmp_path)
    with pytest.raises(InputError, match=r"Did you mean 'project\.toml'"):
        read_toml(tmp_path / "projet.toml")


@given(st.binary(max_size=80))
def test_any_bytes_give_a_table_or_a_sentence(data: bytes) -> None:
    try:
        assert isinstance(parse_toml(data, file="p.toml"), dict)
    except ZoneblancheError as error:
        assert str(error).startswith("p.toml")
