"""Damaging files: from the bytes of a real input to those of one that somebody might send.

Each function takes the content and a random source, returns other content, and uses nothing else,
so that a seed gives the same case again.
"""

from __future__ import annotations

import gzip
import io
import os
import random
import re
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePath

from zoneblanche.geo.files.kinds import HEAD, kind_of
from zoneblanche.scripts.trials.mutations.answers import mutate_http
from zoneblanche.scripts.trials.mutations.files import (
    mutate_parquet,
    mutate_sqlite,
    mutate_tiff,
)
from zoneblanche.scripts.trials.mutations.stored import is_record, mutate_record
from zoneblanche.scripts.trials.mutations.texts import (
    mutate_bytes,
    mutate_json,
    mutate_text,
    mutate_toml,
)

Mutation = Callable[[bytes, random.Random], bytes]


def spoil_files(folder: Path, chance: random.Random) -> tuple[str, ...]:
    """Damage one to three files of a folder and its subfolders.

    Returns:
        Their names.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    chosen = chance.sample(files, k=min(len(files), chance.choice((1, 1, 1, 2, 3))))
    for path in chosen:
        if chance.random() < 0.03:
            mislay(path, chance)
        else:
            content = path.read_bytes()
            kind = kind_at(path.relative_to(folder), content)
            path.write_bytes(spoil(content, kind, chance))
    return tuple(path.relative_to(folder).as_posix() for path in chosen)


def kind_at(path: PurePath, content: bytes) -> str:
    """Return the kind of a file, by its name or place if that says more than its content."""
    if path.suffix in (".toml", ".http"):
        return path.suffix[1:]
    return "record" if is_record(path) else kind_of(content[:HEAD])


def mislay(path: Path, chance: random.Random) -> None:
    """Replace a file by nothing, an empty one, a folder, a link that leads nowhere or to itself, a
    device, or a pipe that nobody writes to."""
    path.unlink()
    match chance.randrange(7):
        case 0:
            path.touch()
        case 1:
            path.mkdir()
        case 2:
            path.symlink_to(path.name)
        case 3:
            path.symlink_to("nowhere")
        case 4:
            path.symlink_to("/dev/zero")
        case 5:
            os.mkfifo(path)
        case _:
            pass


def spoil(content: bytes, kind: str, chance: random.Random) -> bytes:
    """Return the content after one to four mutations for its kind.

    Args:
        content: of a file.
        kind: as returned by `kind_at`: "text", "json", "zip", "toml", "http", …
        chance: of all choices.
    """
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        suited = BY_KIND.get(kind, (mutate_bytes,))
        mutation = chance.choice((*suited, *suited, *suited, mutate_bytes))
        try:
            content = mutation(content, chance)
        except Exception:
            # An earlier mutation may have damaged the content so that a library cannot parse it,
            # and libraries raise anything then. Bytes can always be changed.
            content = mutate_bytes(content, chance)
    return content


def mutate_zip(content: bytes, chance: random.Random) -> bytes:
    """Change, rename, duplicate, inflate or remove one member of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    place = chance.randrange(len(members))
    name, data = members[place]
    match chance.randrange(9):
        case 0 | 1 | 2 | 3:
            members[place] = (name, spoil(data, kind_of(data[:HEAD]), chance))
        case 4:
            members[place] = (chance.choice(("../../up", "/up", name.upper(), "x")), data)
        case 5:
            del members[place]
        case 6:
            members[place] = (name, data + b" " * chance.choice((10**6, 10**8)))
        case 7:
            members.append(members[chance.randrange(len(members))])
        case _:
            entity = b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>'
            members[place] = (name, re.sub(rb"(\?>)", rb"\1" + entity, data, count=1))
    packed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore", UserWarning)  # about two members with one name
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def mutate_gzip(content: bytes, chance: random.Random) -> bytes:
    """Damage the packed content, or inflate it."""
    data = gzip.decompress(content)
    swollen = data + b" " * chance.choice((10**6, 10**8))
    data = spoil(data, kind_of(data[:HEAD]), chance) if chance.random() < 0.9 else swollen
    return gzip.compress(data, mtime=0)


BY_KIND: dict[str, tuple[Mutation, ...]] = {
    "toml": (mutate_toml, mutate_toml, mutate_text),
    "http": (mutate_http,),
    "record": (mutate_record,),
    "text": (mutate_text,),
    "json": (mutate_json, mutate_json, mutate_text),
    "zip": (mutate_zip,),
    "gzip": (mutate_gzip,),
    "parquet": (mutate_parquet,),
    "sqlite": (mutate_sqlite,),
    "tiff": (mutate_tiff,),
}
