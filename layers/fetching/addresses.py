"""Which addresses of the network may be asked: those of the public internet, and no other.

Python's `ipaddress` knows most reserved blocks, and more of them with each version. What it leaves
out, or judged otherwise in an earlier version, is listed here, so that all versions answer alike.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading

_RESERVED = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "192.0.0.0/24",  # protocol assignments; metadata of one cloud
        "192.88.99.0/24",  # relays of 6to4
        "168.63.129.16/32",  # metadata of another cloud, at a public address
    )
)
_GLOBAL = ipaddress.IPv6Network("2000::/3")
"""All that is allocated to hosts of the public internet (RFC 4291, 2.4)."""

_RESERVED_IN_GLOBAL = tuple(
    ipaddress.IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments; Teredo, which carries an IPv4 address
        "2001:db8::/32",
        "3fff::/20",
    )
)
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_6TO4 = ipaddress.IPv6Network("2002::/16")

_NUMERIC = re.compile(r".*:.*|(?:.*\.)?(?:0x[0-9a-f]*|[0-9]+)\.*", re.IGNORECASE)
"""Hosts that are addresses, by the rule of browsers: the last part is a number."""


class NotResolved(Exception):
    """A name that leads to no address."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet.

    An address of IPv6 that stands for one of IPv4 (mapped, NAT64, 6to4) is as public as that.
    Numbers that some systems read as an address (decimal, octal, hexadecimal) are not public.

    >>> is_public("92.222.0.1"), is_public("127.0.0.1"), is_public("64:ff9b::10.0.0.1")
    (True, False, False)
    """
    try:
        number = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(number, ipaddress.IPv4Address):
        return _is_public_4(number)
    if number in _MAPPED or number in _NAT64:
        return _is_public_4(ipaddress.IPv4Address(int(number) & 0xFFFF_FFFF))
    if number in _6TO4:
        return _is_public_4(ipaddress.IPv4Address(int(number) >> 80 & 0xFFFF_FFFF))
    reserved = any(number in block for block in _RESERVED_IN_GLOBAL)
    return number in _GLOBAL and number.is_global and not reserved


def _is_public_4(number: ipaddress.IPv4Address) -> bool:
    reserved = any(number in block for block in _RESERVED)
    return number.is_global and not number.is_multicast and not reserved


def is_numeric(host: str) -> bool:
    """Whether a host of a URL is an address in digits, in whatever form, rather than a name.

    >>> is_numeric("127.0.0.1"), is_numeric("0x7f.1"), is_numeric("::1"), is_numeric("insee.fr")
    (True, True, True, False)
    """
    return _NUMERIC.fullmatch(host) is not None


def addresses_of(host: str, port: int, *, seconds: float) -> list[str]:
    """All addresses that a name leads to, in the order of the system, asked for once.

    Args:
        host: a name, or an address in digits.
        port: the port that will be connected to.
        seconds: how long to wait for the system.

    Raises:
        NotResolved: there is none, or the system did not answer in time.
    """
    found: list[str] = []
    failed: list[Exception] = []

    def ask() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, ValueError) as error:
            failed.append(error)

    # The system's resolver cannot be interrupted; a thread that still waits ends with the process.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise NotResolved(str(failed[0])) from failed[0]
    if not found:
        raise NotResolved(f"no answer in {seconds:.0f} s")
    return list(found)
