"""The templates of the package, compiled once for all commands of a user."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import jinja2
from jinja2.bccache import Bucket

from zoneblanche.geo.runtime.compiled import keep_file, private_cache

SETTINGS: dict[str, Any] = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
"""Every text is escaped where it is written; lines of statements leave none in the result."""


def read_template(name: str) -> str:
    """A file of `maps/templates`."""
    return (resources.files("zoneblanche.maps") / "templates" / name).read_text("utf-8")


@cache
def templates() -> jinja2.Environment:
    """The templates. A name that is not there is an error."""
    folder = private_cache("templates")
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(read_template),
        undefined=jinja2.StrictUndefined,
        bytecode_cache=None if folder is None else KeptTemplates(folder),
        **SETTINGS,
    )


class KeptTemplates(jinja2.BytecodeCache):
    """Compiled templates in a folder of the user: that of the report takes a third of a second.

    jinja compiles a template anew whose text has changed, or that another Python compiled. A file
    is named by the version of jinja and the settings too, and begins with a digest of the rest.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the compiled template, if it is there and whole."""
        with suppress(OSError):
            digest, code = _divided(self._place(bucket).read_bytes())
            if digest == hashlib.sha256(code).digest():
                bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the compiled template; where that fails, it is compiled again next time."""
        code = bucket.bytecode_to_string()
        with suppress(OSError):
            digest = hashlib.sha256(code).digest()
            keep_file(self._place(bucket), lambda file: file.write(digest + code))

    def _place(self, bucket: Bucket) -> Path:
        made_by = f"{bucket.key} {metadata.version('jinja2')} {SETTINGS}"
        return self.folder / f"{hashlib.sha256(made_by.encode()).hexdigest()}.jinja"


def _divided(content: bytes) -> tuple[bytes, bytes]:
    size = hashlib.sha256().digest_size
    return content[:size], content[size:]
