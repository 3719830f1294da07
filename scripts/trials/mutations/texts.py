"""Mutations of bytes and of texts: tables, TOML, JSON."""

from __future__ import annotations

import json
import random
import re
import struct
from typing import Any

NUMBERS = (
    "0", "-0", "-1", "102", "0.5", "0,5", "1e400", "-1e400", "1e-400", "1E5", "inf", "-inf", "NaN",
    "nan", "1_000", "12.", ".5", "1.234,56", "1,234,567", "-9999", "999999", "1e308", "00001",
    "9" * 400, "2147483648", "18446744073709551616", "0x10", "١٢٣", "１２", "½", "12 %", "−3", "+4",
)  # fmt: skip
TEXTS = (
    "", " ", "\x00", "\ufeff", "\u2028", "\u202e\u2066", "\x1b[31m", "\r", "\n", '"', "'", ";", ",",
    "\t", "=1+1", "@SUM(1)", "-2+3", "<img src=x onerror=alert(1)>", "</script><script>alert(1)",
    "{{ 7*7 }}", "{% raw %}", "${7*7}", "javascript:alert(1)", "http://user@x.fr/", "../../up",
    "/etc/passwd", "/vsicurl/http://127.0.0.1/x", "C:\\x", "CON", "é" * 50, "x" * 40_000, "�",
    "🏳️‍🌈", "A\u0301", "code", "geometry", "score", "01001", "1001", "2A004", "%s%n", "None", "null",
)  # fmt: skip
VALUES = (
    "[]", "{}", "''", '""', "true", "-1", "0", "1e400", "nan", "inf", "[[[[]]]]", "1979-05-27",
    '"x"', '"../x"', '"/etc/passwd"', '"a\\u0000b"', '"fr"', '"en"', "99999999999999999999", "2",
    '"percent"', '"raster"', '"points"', '"polygons"', '"table"', '"none"', '"minmax"', '"zscore"',
    '"geometric"', '"rank"', '"median"', '"sum"', '"share"', '"urbanisation"', '"code"', '"taux"',
    '"ratio"', '"count"', '"boolean"', '"url"', '"EPSG:2154"', '"EPSG:4978"', '"commune"', '"48"',
    '"bod"', '"pca"', '"effective"', '"winsorise"', '"boxcox"', '"log"', '"mean"', '"worse"',
    '"copeland"', '"ampi-minus"', '"goalposts"', '"group-mean"', '["48"]', '"harmonic"', '"prank"',
)  # fmt: skip
KEYS = (
    "title", "lang", "country", "level", "within", "use", "flags", "catalogue", "path", "code",
    "name", "layer", "id", "kind", "value", "unit", "better", "stat", "threshold", "below", "band",
    "weights", "nodata", "separator", "decimal", "encoding", "sheet", "header", "x", "y", "crs",
    "period", "weight", "source", "population", "area_km2", "normalise", "aggregate", "treat",
    "impute", "min_available", "orientation", "group", "goalposts", "power", "parents", "recipe",
)  # fmt: skip
JSON_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 1e300, 10**40, "", "x", "01001", [], {}, [[]], [None], {"type": "x"},
    "Point", "Polygon", "MultiPolygon", "GeometryCollection", "LineString", [1, 2], [[[0, 0]]],
    "\ud800", "\u2028</script>", [1e308, -1e308], ["a", "b"], {"href": "http://127.0.0.1/crs"},
)  # fmt: skip


def mutate_bytes(content: bytes, chance: random.Random) -> bytes:
    """Flip, cut, repeat or overwrite bytes; more often near the start, where headers are."""
    data = bytearray(content)
    if not data:
        return bytes(chance.randbytes(chance.randrange(64)))
    near = min(len(data), chance.choice((64, 512, 4096, len(data))))
    for _ in range(chance.choice((1, 1, 3, 12))):
        place = chance.randrange(near) if len(data) >= near else 0
        match chance.randrange(7):
            case 0:
                data[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                data[place : place + 4] = chance.choice(
                    (
                        b"\xff\xff\xff\xff",
                        b"\x00\x00\x00\x00",
                        b"\xff\xff\xff\x7f",
                        b"\x00\x00\x00\x80",
                    )
                )
            case 2:
                del data[place : place + chance.choice((1, 4, 100))]
            case 3:
                data[place:place] = chance.randbytes(chance.choice((1, 4, 100)))
            case 4:
                data[place:place] = data[place : place + chance.choice((1, 16, 2000))]
            case 5:
                number = chance.choice((float("nan"), float("inf"), -1e308, 1e-320, 0.5, 181.0))
                data[place : place + 8] = struct.pack(chance.choice(("<d", ">d")), number)
            case _:
                if chance.random() < 0.3:
                    del data[chance.randrange(len(data) + 1) :]
        if not data:
            break
    return bytes(data)


def mutate_text(content: bytes, chance: random.Random) -> bytes:
    """Change a word, a number, a line, the line ends, the separator or the encoding."""
    text = content.decode("utf-8", errors="surrogateescape")
    match chance.randrange(8):
        case 0 | 1:
            text = _replace_one(r"-?\d+(?:[.,]\d+)?", chance.choice(NUMBERS), text, chance)
        case 2 | 3:
            text = _replace_one(r"[^\s;,\"\[\]{}=]+", chance.choice(TEXTS), text, chance)
        case 4:
            text = _change_lines(text, chance)
        case 5:
            text = text.replace(chance.choice(";,\t|\".'="), chance.choice(";,\t|\".' "), 5)
        case 6:
            text = text.replace("\n", chance.choice(("\r\n", "\r", "\n\n", "\u2028")))
        case _:
            encoding = chance.choice(("utf-16", "latin-1", "utf-8-sig", "cp1252", "utf-32"))
            return text.encode(encoding, errors="replace")
    return text.encode("utf-8", errors="surrogateescape" if "\ud800" not in text else "replace")


def mutate_toml(content: bytes, chance: random.Random) -> bytes:
    """Change a value or a key of a line `key = value`, or add one."""
    lines = content.decode("utf-8", errors="replace").split("\n")
    pairs = [place for place, line in enumerate(lines) if "=" in line]
    if not pairs:
        return mutate_text(content, chance)
    place = chance.choice(pairs)
    key, _, value = lines[place].partition("=")
    other = lines[chance.choice(pairs)].partition("=")[2].strip()
    match chance.randrange(5):
        case 0:
            lines[place] = f"{key}= {chance.choice((*VALUES, other))}"
        case 1:
            lines[place] = f"{chance.choice(KEYS)} ={value}"
        case 2:
            lines.insert(place, f"{chance.choice(KEYS)} = {chance.choice((*VALUES, other))}")
        case 3:
            lines[place] = f"{key}= {json.dumps(chance.choice(TEXTS), ensure_ascii=False)}"
        case _:
            return _change_lines("\n".join(lines), chance).encode("utf-8", errors="replace")
    return "\n".join(lines).encode("utf-8", errors="replace")


def mutate_json(content: bytes, chance: random.Random) -> bytes:
    """Replace, remove or duplicate one node of the tree, or nest it very deep."""
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError):
        return mutate_text(content, chance)
    holder: dict[str, Any] = {"tree": tree}
    parent, key = _some_node(holder, chance)
    match chance.randrange(6):
        case 0 | 1:
            parent[key] = chance.choice(JSON_VALUES)
        case 2:
            del parent[key]
        case 3 if isinstance(parent, list):
            parent.insert(key, parent[key])
        case 4:
            mark = '"the deep place"'
            parent[key] = "the deep place"
            depth = chance.choice((50, 2000, 200_000))
            deep = chance.choice(("[" * depth + "]" * depth, '{"a":' * depth + "0" + "}" * depth))
            return json.dumps(holder.get("tree")).replace(mark, deep, 1).encode()
        case _:
            parent[key] = [parent[key]] * chance.choice((2, 50))
    return json.dumps(holder.get("tree")).encode()


def _replace_one(pattern: str, new: str, text: str, chance: random.Random) -> str:
    matches = list(re.finditer(pattern, text[:200_000]))
    if not matches:
        return text + new
    match = chance.choice(matches)
    return text[: match.start()] + new + text[match.end() :]


def _change_lines(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            del lines[first]
        case 1:
            lines.insert(second, lines[first])
        case 2:
            lines[first], lines[second] = lines[second], lines[first]
        case _:
            lines = lines[: first + 1]
    return "\n".join(lines)


def _some_node(holder: dict[str, Any], chance: random.Random) -> tuple[Any, Any]:
    """Return a container and the key of one node in it, reached by a walk from the top."""
    parent: Any = holder
    key: Any = "tree"
    while isinstance(parent[key], dict | list) and parent[key] and chance.random() < 0.8:
        parent = parent[key]
        key = chance.choice(list(parent) if isinstance(parent, dict) else range(len(parent)))
    return parent, key
