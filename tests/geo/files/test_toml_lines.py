"""On which line each key of a TOML file is written."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.geo.files.structured.toml_lines import Key, key_lines

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = [*ROOT.glob("geo/**/*.toml"), *ROOT.glob("layers/**/*.toml"), ROOT / "pyproject.toml"]


def keys_of(value: Any, key: Key = ()) -> Iterator[Key]:
    members: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    for part, member in members:
        yield (*key, part)
        yield from keys_of(member, (*key, part))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_key_of_what_ships_is_found(path: Path) -> None:
    text = path.read_text("utf-8")
    assert set(key_lines(text)) == set(keys_of(tomllib.loads(text)))


def test_each_way_of_writing() -> None:
    text = '''a.b."c d" = """x
y"""""  # 2
'q"' = 1.5 # [no]
d = 2024-01-01 10:00:00

[x."y\\u00e9".z] # 6
w = [ [1,2], [ "]", '}' ], # 7
 {a=1, b.c={d=[]}} ]
[[t]]
[[t.u]] # 10
v=1
[[t.u]] # 12
v='\\'
[t.w]
k=1 # 15
[[t]]
'''
    lines = key_lines(text)
    assert set(lines) == set(keys_of(tomllib.loads(text)))
    expected = {
        ("a", "b", "c d"): 1,
        ('q"',): 3,
        ("x", "yé", "z"): 6,
        ("x", "yé", "z", "w", 1, 0): 7,
        ("x", "yé", "z", "w", 2, "b", "c", "d"): 8,
        ("t", 0, "u", 1): 12,
        ("t", 0, "u", 1, "v"): 13,
        ("t", 0, "w", "k"): 15,
        ("t", 1): 16,
    }
    assert {key: lines[key] for key in expected} == expected


VALUES = st.recursive(
    st.integers(-9, 9) | st.booleans() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


def written(value: Any) -> str:
    """As TOML on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{quoted(k)} = {written(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(written, value)) + "\n]"
    return quoted(value) if isinstance(value, str) else str(value).lower()


def quoted(text: str) -> str:
    plain = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return plain.replace("\u0085", "\\u0085")


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=4))
def test_whatever_is_written_is_found(table: dict[str, Any]) -> None:
    text = "".join(f"{quoted(key)} = {written(value)}\n" for key, value in table.items())
    assert tomllib.loads(text) == table
    lines = key_lines(text)
    assert set(lines) == set(keys_of(table))
    rows = text.split("\n")
    for key in table:
        assert rows[lines[(key,)] - 1].startswith(quoted(key) + " = ")
