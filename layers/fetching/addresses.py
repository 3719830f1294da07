"""Which addresses may be requested: only those of the public internet.

Python's `ipaddress` knows most reserved blocks, and each version knows more. The blocks that some
version does not know are listed here, so that all versions give the same answer.
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
"""The block of the hosts of the public internet (RFC 4291, 2.4)."""

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
"""Hosts that are addresses according to the rule of browsers: the last part is a number."""


class NotResolved(Exception):
    """A host name has no address."""


def is_public(address: str) -> bool:
    """Return whether an IP address is in the public internet.

    An IPv6 address that contains an IPv4 address (mapped, NAT64, 6to4) is public if that is.
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
    """Return whether the host of a URL is an address in any numeric form, not a name.

    >>> is_numeric("127.0.0.1"), is_numeric("0x7f.1"), is_numeric("::1"), is_numeric("insee.fr")
    (True, True, True, False)
    """
    return _NUMERIC.fullmatch(host) is not None


def addresses_of(host: str, port: int, *, seconds: float) -> list[str]:
    """Return all addresses of a host, in the order of the system.

    Args:
        host: a name or a numeric address.
        port: the port to connect to.
        seconds: how long to wait for the resolver.

    Raises:
        NotResolved: the host has no address, or the resolver did not answer in time.
    """
    addresses: list[str] = []
    failed: list[Exception] = []

    def ask() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses.extend(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, ValueError) as error:
            failed.append(error)

    # The resolver cannot be interrupted. A thread that still waits ends with the process.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise NotResolved(str(failed[0])) from failed[0]
    if not addresses:
        raise NotResolved(f"no answer in {seconds:.0f} s")
    return list(addresses)
