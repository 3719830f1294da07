"""Web hosts of régions, départements and EPCI, matched by their names to official codes.

The lists have hosts and no codes. A host is matched where its letters, without the words that only
say what kind of authority it is, are those of exactly one name; départements also by their number.
What matches no name, or several, is kept without a code, so that it can be counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa

from zoneblanche.geo.territories import Territories
from zoneblanche.scripts.build.edition.packages import one_file
from zoneblanche.scripts.build.edition.storage import write_packed

LISTS: Mapping[str, str] = {
    "region": "sources__conseils-regionaux.txt",
    "departement": "sources__conseils-departementaux.txt",
    "epci": "sources__epci.txt",
}
"""By level, the name of its list of hosts."""

KINDS = (
    "communautedagglomeration", "communautedecommunes", "communauteurbaine", "communaute",
    "agglomeration", "agglo", "intercommunalite", "intercom", "interco", "comcom", "comm",
    "communes", "metropole", "conseildepartemental", "conseilregional", "conseilgeneral",
    "departement", "region", "grand", "pays", "cdc", "ccpays", "cc", "ca", "cu", "cg", "cd",
)  # fmt: skip
"""Words of hosts and names that say what kind of authority it is, the longest first."""

_ARTICLES = frozenset(("de", "du", "des", "la", "le", "les", "l", "d", "et", "en", "sur"))
_SHORTEST = 3
"""Letters that a name must have to be matched by."""

_NUMBERED = re.compile(r"[a-z]*?(\d[\dab]\d?)")
"""The number of a département at the end of its host, as in `cg24`."""


def match_hosts(hosts: Iterable[str], names: pd.Series) -> pd.DataFrame:
    """Return the hosts with the code of their authority.

    Args:
        hosts: with or without `www.`.
        names: of the authorities of one level, by code; a code of two or three characters that ends
            a host is matched as well.

    Returns:
        Columns `code`, "" where a host is matched by none or several, and `host`, without `www.`;
        one row a host, sorted.
    """
    by_key: dict[str, set[str]] = defaultdict(set)
    for code, name in names.items():
        for key in _keys(_words(str(name))):
            by_key[key].add(str(code))
    rows = []
    for host in sorted({host.lower().removeprefix("www.") for host in hosts}):
        codes = {code for key in _keys(_words(host.rpartition(".")[0])) for code in by_key[key]}
        number = _NUMBERED.fullmatch("".join(_words(host.rpartition(".")[0])))
        if number and number[1].upper() in names.index:
            codes = {number[1].upper()}
        rows.append((codes.pop() if len(codes) == 1 else "", host))
    return pd.DataFrame(rows, columns=["code", "host"])


def read_hosts(path: Path) -> list[str]:
    """Return the hosts of a list, one a line, without the remarks that some lines hold."""
    lines = path.read_text("utf-8").split("\n")
    hosts = (line.split("#")[0].split("(")[0].strip() for line in lines)
    return [host for host in hosts if "." in host]


def hosts_of_authorities(files: Mapping[str, Path], levels: pd.DataFrame) -> pd.DataFrame:
    """Return the hosts of all lists: columns `level`, `code`, `host`; see `match_hosts`.

    Args:
        files: by level, its list.
        levels: columns `level`, `code`, `name`: the official names.
    """
    tables = []
    for level, path in files.items():
        names = levels[levels["level"] == level].set_index("code")["name"]
        table = match_hosts(read_hosts(path), names)
        table.insert(0, "level", level)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def write_hosts(folder: Path, territories: Territories, out: Path) -> None:
    """Write the hosts of the lists below a folder, matched to the names of containing territories.

    Raises:
        InputError: a list is missing, or there twice.
    """
    levels = pd.DataFrame(
        [
            (level, code, name)
            for level, names in territories.parent_names.items()
            for code, name in names.items()
        ],
        columns=["level", "code", "name"],
    )
    files = {level: one_file(folder, name) for level, name in LISTS.items()}
    table = pa.Table.from_pandas(hosts_of_authorities(files, levels), preserve_index=False)
    write_packed(table.replace_schema_metadata(None), out)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe")).encode("ascii", "ignore")
    return [word for word in re.split(r"[^a-z0-9]+", plain.decode().lower()) if word]


def _keys(words: list[str]) -> Iterator[str]:
    """The letters of a name, whole, without articles, and without the words for its kind."""
    whole = "".join(words)
    bare = "".join(word for word in words if word not in _ARTICLES)
    keys = {whole, bare, "".join(word for word in words if word not in {*_ARTICLES, *KINDS})}
    for key in tuple(keys):
        stripped = _stripped(key)
        keys |= {stripped, re.sub(r"^(de|du|des|la|le|les)(?=.{4})", "", stripped)}
    yield from (key for key in keys if len(key) >= _SHORTEST and key not in KINDS)


def _stripped(key: str) -> str:
    """Without a word for its kind at each end."""
    for kind in KINDS:
        if key.startswith(kind) and len(key) - len(kind) > _SHORTEST:
            key = re.sub(r"^(de|du|des|la|le|les)(?=.{4})", "", key.removeprefix(kind))
            break
    for kind in KINDS:
        if key.endswith(kind) and len(key) - len(kind) > _SHORTEST:
            return key.removesuffix(kind)
    return key
