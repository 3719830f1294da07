"""Compare the files that publishers serve today with what the connectors expect, and print changes.

For maintainers, by hand or once a month. It opens sockets, so no test and no run calls it:

    python -m scripts.build.check_publishers [NAME …]

Only the beginning of each file is requested. The exit status is 1 if a connector could no longer
read a file.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.layers.fetching.http import Access, Transport
from zoneblanche.layers.publishers.connector import Connector, connector_named, known_connectors

SIZE = 1 << 17
"""Number of bytes of a file that are requested."""


@dataclass(frozen=True)
class Finding:
    """The result for one publication.

    Attributes:
        connector: its id.
        gone: columns that reading needs and the file no longer has.
        new: columns that the connector does not know, if it lists them all.
        problem: why it could not be checked, or "".
        note: further remarks.
    """

    connector: str
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    problem: str = ""
    note: str = ""

    @property
    def broken(self) -> bool:
        """Whether the connector cannot read the file."""
        return bool(self.gone or self.problem)

    def __str__(self) -> str:
        parts = [
            self.problem,
            f"gone: {', '.join(self.gone)}" if self.gone else "",
            f"new: {', '.join(self.new)}" if self.new else "",
            self.note,
        ]
        return f"{self.connector}: {'; '.join(part for part in parts if part) or 'as expected'}"


def check_publishers(
    connectors: Iterable[Connector], *, access: Access | None = None
) -> tuple[Finding, ...]:
    """Return a finding for each connector with an address."""
    access = access or Access()
    findings = []
    for connector in connectors:
        if connector.resource is not None:
            with Transport(access) as transport:
                findings.append(_finding(connector, transport))
    return tuple(findings)


def columns_in(content: bytes, *, separator: str) -> tuple[str, ...]:
    """Return the columns or fields at the beginning of a CSV or of a list of JSON records.

    Args:
        content: the beginning of the file, with or without gzip.
        separator: of a CSV, or "" for JSON.

    Returns:
        Nothing if neither can be recognised.
    """
    if content[:2] == b"\x1f\x8b":
        content = _unpacked(content)
    text = content.decode("utf-8-sig", errors="replace")
    if separator:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        return tuple(name.strip() for name in next(lines, []))
    start = text.find("{")
    try:
        record, _ = json.JSONDecoder().raw_decode(text[start:]) if start >= 0 else ({}, 0)
    except ValueError:
        return ()
    return tuple(record)


def _finding(connector: Connector, transport: Transport) -> Finding:
    assert connector.resource is not None
    try:
        address = transport.resolve(connector.resource)
        content = transport.beginning(address.url, size=SIZE)
    except ProblemWithEnvironment as error:
        return Finding(connector.id, problem=str(error))
    if content[:4] == b"PK\x03\x04":
        return Finding(connector.id, note="an archive is served; its content was not looked at")
    shown = columns_in(content, separator=connector.separator)
    if not connector.header or not shown:
        return Finding(connector.id, note="an answer is served; its content was not looked at")
    gone = tuple(name for name in connector.header if name not in shown)
    new = tuple(name for name in shown if name not in connector.header)
    return Finding(connector.id, gone=gone, new=new if connector.separator else ())


def _unpacked(content: bytes) -> bytes:
    """Return the content of a truncated gzip file so far."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content)
    except (zlib.error, gzip.BadGzipFile):
        return b""


def main(names: list[str]) -> int:
    """Print a line for each publication."""
    chosen = [connector_named(name) for name in names] or list(known_connectors().values())
    findings = check_publishers(chosen)
    for finding in findings:
        print(finding)
    return int(any(finding.broken for finding in findings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
