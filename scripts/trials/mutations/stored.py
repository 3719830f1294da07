"""Mutations of the records of the store of fetched files."""

from __future__ import annotations

import json
import random
from pathlib import PurePath

from zoneblanche.scripts.trials.mutations.texts import JSON_VALUES, TEXTS, mutate_json

NAMES = (
    "../../in/project.toml", "../up", "/etc/passwd", "..", ".", "", "a/b", "a\\b", "a\x00b", "CON",
    "x" * 300, "x" * 5000, "\ud800", "commune_debit.csv", "-rf", "~", "é" * 100, ".source.json",
)  # fmt: skip
HASHES = ("", "0" * 64, "../..", "A" * 64, "0" * 63 + "²", "0" * 63, "/", "sha256")
SIZES = (0, -1, 1, 2**63, 10**40, True, None, "7", 1.5, 1e308)
TAGS = ("", '"a"', 'W/"a"', "a\r\nX: y", "☃", "\ud800", "x" * 5000, " ", "*", "é")
DAYS = (
    "",
    "2026-99-99",
    "today",
    "1",
    "9999-12-31",
    "2026-11-29T00:00:00Z",
    "\x1b[31m",
    "٢٠٢٦-01-01",
)
PLACES = (
    "", "http://localhost/", "javascript:alert(1)", "file:///etc/passwd", "http://[", "//[", "x",
    "http://x/\u202e", "http://localhost/file", "<img src=x>", "http://u:p@x/",
)  # fmt: skip
FIELDS: dict[str, tuple[object, ...]] = {
    "filename": NAMES,
    "sha256": HASHES,
    "size": SIZES,
    "etag": TAGS,
    "checksum": ("", "sha1:", "sha1:" + "0" * 40, "md5:x", ":", "sha256:²"),
    "retrieved": DAYS,
    "published": DAYS,
    "url": PLACES,
    "connector": ("", "arcep-debit", "../x", "nobody"),
    "resource_id": TEXTS,
}


def is_record(path: PurePath) -> bool:
    """Return whether a path is that of a record of the store."""
    kept = "cache" in path.parts and path.suffix == ".json"
    return path.name.endswith(".source.json") or (kept and path.parent.name in ("index", "partial"))


def mutate_record(content: bytes, chance: random.Random) -> bytes:
    """Change, add or remove a field, or mutate the record like any JSON."""
    record = json.loads(content)
    match chance.randrange(6):
        case 0 | 1 | 2:
            name = chance.choice([*record, *FIELDS])
            record[name] = chance.choice(FIELDS.get(name, TEXTS))
        case 3:
            record[chance.choice(list(record))] = chance.choice(JSON_VALUES)
        case 4:
            del record[chance.choice(list(record))]
        case _:
            return mutate_json(content, chance)
    return json.dumps(record).encode()
