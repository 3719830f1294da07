"""Mutations of the answer of a server: status, headers, framing and body.

An answer is a file with the bytes that are sent, and marks at which the server waits.
"""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable

from zoneblanche.geo.files.kinds import HEAD, kind_of
from zoneblanche.scripts.trials.mutations.texts import mutate_bytes, mutate_json, mutate_text

WAIT, HANG = b"\x00{wait}\x00", b"\x00{hang}\x00"
"""Marks at which the server waits for a moment, and for longer than any limit."""

LINES = (
    b"HTTP/1.0 200 OK", b"HTTP/1.1 200", b"HTTP/2 200 OK", b"HTTP/1.1 \xb2\xb2\xb2 OK", b"ICY 200",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK", b"HTTP/1.1 1000 X", b"HTTP/1.1 -1 X", b"",
    b"OK",
    *(b"HTTP/1.1 %d X" % code for code in (
        101, 103, 201, 204, 205, 206, 226, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404,
        407, 408, 410, 416, 418, 425, 429, 500, 502, 503, 504, 599, 999)),
)  # fmt: skip
NUMBERS = (
    b"0", b"1", b"-1", b"+5", b"\xb2", "²".encode(), "٣".encode(), b"1_0", b"1e3", b"0x10", b"nan",
    b"inf", b"9" * 18, b"9" * 400, b"9" * 5000, b"", b" ", b"1, 1", b"1, 2", b"1.5", b"119", b"121",
)  # fmt: skip
PLACES = (
    b"", b"/file", b"/there", b"there?a=b#c", b"//[", b"http://[", b"http://[::1]:%d/" % 9,
    b"//", b"?",
    b"http://", b"http:///x", b"https://localhost/", b"http://127.0.0.1:1/", b"http://0/",
    b"\xff\xfe",
    b"http://2130706433/", b"http://0x7f.1/", b"http://[::ffff:127.0.0.1]/",
    b"http://[64:ff9b::7f00:1]/",
    b"http://169.254.169.254/latest/meta-data/", b"http://[fec0::1]/", b"http://10.0.0.1:99999/",
    b"http://u:p@localhost/", b"http://@localhost/", b"http://localhost\\@x/",
    b"file:///etc/passwd",
    b"ftp://x/", b"javascript:alert(1)", b"data:text/csv,a", b"http://a\x00b/", b"http://a b/",
    b"\t",
    "http://é.example/".encode(), "http://１２７.0.0.1/".encode(), b"http://" + b"a" * 300 + b"/",
    b"http://" + b"a." * 200 + b"/", b"/" + b"x" * 60_000, b"http://localhost/there",
    b"http://localhost:0/",
    b"http://xn--/", b"http://%6c%6fcalhost/", b"http://localhost:\xb2/", b"//localhost",
    b"http:there",
)  # fmt: skip
TAGS = (
    b'"a"', b'W/"a"', b"a", b"", b'"', b'"\xe9"', b'"a\tb"',
    b'"' + b"x" * 5000 + b'"', "☃".encode(),
    b'"held"', b'W/"held"', b'"begun"', b"*",
)  # fmt: skip
CODINGS = (b"gzip", b"x-gzip", b"deflate", b"br", b"zstd", b"identity", b"gzip, gzip", b"x", b"",
           b"gzip, " * 300 + b"gzip", b"\xff")  # fmt: skip
DAYS = (
    b"Thu, 01 Jan 1970 00:00:00 GMT", b"Fri, 31 Dec 9999 23:59:59 -9999", b"Mon, 99 Jan 2026",
    b"now",
    b"1 Jan 99999999999 00:00:00", b"Sun, 06 Nov 1994 08:49:37 -0000", b"0 0 0 0:0:0 +99999999",
)  # fmt: skip
HEADERS: tuple[tuple[bytes, tuple[bytes, ...]], ...] = (
    (b"Content-Length", NUMBERS),
    (b"Location", PLACES),
    (b"Retry-After", (*NUMBERS, *DAYS)),
    (b"ETag", TAGS),
    (b"Content-Encoding", CODINGS),
    (b"Transfer-Encoding", (b"chunked", b"Chunked", b"gzip, chunked", b"identity", b"x", b"\xff")),
    (b"Content-Range", (
        *(b"bytes %b-9/10" % number for number in NUMBERS[:8]), b"bytes 5-9/*", b"bytes */10",
        *(b"bytes 0-9/%b" % number for number in NUMBERS), b"x", b"bytes 65536-99/" + b"9" * 5000)),
    (b"Content-Type", (b"text/csv; charset=\xff", b"text/html; charset=utf-7", b"a;b;c;" * 99,
        b"")),
    (b"Content-Disposition", (b'attachment; filename="../../up"',
        b"attachment; filename*=x''%2fup")),
    (b"Connection", (b"close", b"keep-alive", b"upgrade", b"\xff", b"Content-Length")),
    (b"Set-Cookie", (b"a=b; expires=\xb2", b"a=b; max-age=%b" % (b"9" * 400), b"=" * 5000,
        b"\x00")),
    (b"Upgrade", (b"h2c", b"websocket")),
    (b"Link", (b'<http://127.0.0.1/>; rel="next"',)),
    (b"Refresh", (b"0; url=http://127.0.0.1/",)),
    (b"Last-Modified", DAYS),
    (b"WWW-Authenticate", (b"Basic realm=x", b"Negotiate")),
    (b"X", (b"y" * 70_000, b"a\r\n b", b"a\r b", b"\x00", b"a\r\nContent-Length: 1")),
)  # fmt: skip


def mutate_http(content: bytes, chance: random.Random) -> bytes:
    """Change the status, a header, the framing, the compression, the body or the timing."""
    head, gap, body = content.partition(b"\r\n\r\n")
    if not gap:
        return mutate_bytes(content, chance)
    changes: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
        *(_other_line, _other_header, _other_header, _other_header, _less, _framed, _framed),
        *(_packed, _moved, _delayed, _spoiled_body),
    )
    return chance.choice(changes)(head, body, chance)


def _other_line(head: bytes, body: bytes, chance: random.Random) -> bytes:
    lines = head.split(b"\r\n")
    lines[0] = chance.choice(LINES)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _other_header(head: bytes, body: bytes, chance: random.Random) -> bytes:
    """Replace or add a header, sometimes a thousand times."""
    name, values = chance.choice(HEADERS)
    line = name + b": " + chance.choice(values)
    lines = head.split(b"\r\n")
    if chance.random() < 0.7:
        kept = [line for line in lines if not line.lower().startswith(name.lower() + b":")]
    else:
        kept = lines
    times = chance.choice((1, 1, 1, 1, 1, 1, 2, 1000))
    place = chance.randrange(1, len(kept) + 1)
    return b"\r\n".join([*kept[:place], *[line] * times, *kept[place:]]) + b"\r\n\r\n" + body


def _less(head: bytes, body: bytes, chance: random.Random) -> bytes:
    """Remove a line, or cut the answer off."""
    lines = head.split(b"\r\n")
    if chance.random() < 0.7:
        del lines[chance.randrange(len(lines))]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body
    whole = head + b"\r\n\r\n" + body
    return whole[: chance.choice((chance.randrange(len(head) + 4), chance.randrange(len(whole))))]


def _framed(head: bytes, body: bytes, chance: random.Random) -> bytes:
    """Send the body in valid or invalid chunks, or without a length."""
    head = _without(head, b"content-length", b"transfer-encoding")
    if chance.random() < 0.3:
        version = chance.choice((b"HTTP/1.0", b"HTTP/1.1"))
        return version + head[8:] + b"\r\n\r\n" + body
    sizes = (b"%x" % len(body), b"-1", b"-5", b"", b"xyz", b"+5", b"f" * 17, b"0" * 70_000, b"\xb2")
    size = chance.choice((sizes[0], sizes[0], *sizes))
    more = chance.choice((b"", b"", b";a=b", b";" + b"x" * 70_000))
    end = chance.choice((b"\r\n0\r\n\r\n", b"\r\n0\r\n\r\n", b"", b"\r\n", b"\n0\n\n",
                         b"\r\n0\r\nX: y\r\n\r\n", b"\r\n0\r\n" + b"X: y\r\n" * 1000,
                         b"\r\n0\r\n" + b"x" * 200_000))  # fmt: skip
    chunks = size + more + b"\r\n" + body + end
    return head + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks


def _packed(head: bytes, body: bytes, chance: random.Random) -> bytes:
    """Compress the body as the header says or in another way, or add a bomb."""
    head = _without(head, b"content-encoding", b"content-length")
    plain = body + bytes(chance.choice((0, 0, 20_000_000)))
    ways: tuple[tuple[bytes, bytes], ...] = (
        (b"gzip", gzip.compress(plain, compresslevel=1, mtime=0)),
        (b"deflate", zlib.compress(plain, level=1)),
        (b"gzip, gzip", gzip.compress(gzip.compress(plain, mtime=0), mtime=0)),
        (b"gzip", gzip.compress(body, mtime=0) * 3),
        (b"gzip", mutate_bytes(gzip.compress(body, mtime=0), chance)),
        (chance.choice(CODINGS), gzip.compress(body, mtime=0)),
    )
    coding, packed = chance.choice(ways)
    length = b"Content-Length: %d\r\n" % len(packed) if chance.random() < 0.7 else b""
    return head + b"\r\nContent-Encoding: " + coding + b"\r\n" + length + b"\r\n" + packed


def _moved(head: bytes, body: bytes, chance: random.Random) -> bytes:
    """Redirect to another URL."""
    code = chance.choice((301, 302, 303, 307, 308))
    head = b"HTTP/1.1 %d Moved\r\nLocation: %b\r\n" % (code, chance.choice(PLACES))
    length = b"Content-Length: %d\r\n" % len(body) if chance.random() < 0.5 else b""
    return head + length + b"\r\n" + body


def _delayed(head: bytes, body: bytes, chance: random.Random) -> bytes:
    """Wait before each of some bytes, or once for longer than any limit."""
    whole = head + b"\r\n\r\n" + body
    place = chance.choice((chance.randrange(len(head) + 4), chance.randrange(len(whole) + 1)))
    if chance.random() < 0.3:
        return whole[:place] + HANG + whole[place:]
    slow = b"".join(
        whole[byte : byte + 1] + WAIT for byte in range(place, min(place + 50, len(whole)))
    )
    return whole[:place] + slow + whole[place + 50 :]


def _spoiled_body(head: bytes, body: bytes, chance: random.Random) -> bytes:
    """Mutate the body, and mostly correct its length."""
    mutate = {"json": mutate_json, "text": mutate_text}.get(kind_of(body[:HEAD]), mutate_bytes)
    body = mutate(body, chance)
    if chance.random() < 0.8:
        head = _without(head, b"content-length") + b"\r\nContent-Length: %d" % len(body)
    return head + b"\r\n\r\n" + body


def _without(head: bytes, *names: bytes) -> bytes:
    lines = head.split(b"\r\n")
    kept = [line for line in lines[1:] if line.split(b":")[0].strip().lower() not in names]
    return b"\r\n".join([lines[0], *kept])
