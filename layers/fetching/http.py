"""HTTP as the publishers speak it: the only code of the project that opens a socket.

Proxies and a bundle of certificates of the user are taken from the environment (`HTTPS_PROXY`,
`NO_PROXY`, `REQUESTS_CA_BUNDLE`), as requests does.
"""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.utils import get_environ_proxies

from zoneblanche.geo.errors import ProblemWithEnvironment, first_of
from zoneblanche.geo.messages import _, quantity
from zoneblanche.layers.fetching import resume as transfer
from zoneblanche.layers.publishers.connector import Resource

DATA_GOUV = "https://www.data.gouv.fr/api/1"
_CHUNK = 1 << 16
"""Bytes taken at a time: what a connection that breaks off loses at most."""
_GREATEST_ANSWER = 20_000_000
_MOST_REDIRECTS = 5
_DIGITS = re.compile(r"[0-9.]+|[0-9a-fA-F.]*:[0-9a-fA-F:.%]*")


@dataclass(frozen=True)
class Access:
    """How the network may be used.

    Attributes:
        catalogue: address of data.gouv.fr's API.
        allowed_hosts: hosts that may have a private address (an agency's mirror, a test).
        attempts: how often a file is asked for before giving up.
        timeout: seconds to connect, and to wait for the next bytes.
        max_seconds: for one file, all attempts together.
        sleep: waits; a test counts instead.
        user_agent: what the publishers see.
    """

    catalogue: str = DATA_GOUV
    allowed_hosts: Collection[str] = ()
    attempts: int = 5
    timeout: tuple[float, float] = (10.0, 60.0)
    max_seconds: float = 3600.0
    sleep: Callable[[float], None] = field(default=time.sleep)
    user_agent: str = "zoneblanche"


@dataclass(frozen=True)
class Address:
    """Where a resource is, as resolved, and what its publisher says of it."""

    url: str
    checksum: str = ""
    resource_id: str = ""
    published: str = ""
    title: str = ""


class Transport:
    """Requests of one connector: redirects by hand, addresses checked, tries and time bounded."""

    def __init__(self, session: requests.Session, access: Access, deadline: float) -> None:
        self.session, self.access, self.deadline = session, access, deadline

    def resolve(self, resource: Resource) -> Address:
        """The address of a resource; of a dataset's, as its catalogue says it today."""
        if resource.url:
            return Address(resource.url)
        url = f"{self.access.catalogue}/datasets/{resource.dataset}/"
        content = self._small(url)
        try:
            resources = json.loads(content)["resources"]
            wanted = [
                entry
                for entry in resources
                if re.fullmatch(resource.title, str(entry.get("title", "")).strip())
            ]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ProblemWithEnvironment(
                _("{url} does not answer as a catalogue does.", url=url)
            ) from error
        if not wanted:
            titles = first_of(str(entry.get("title")) for entry in resources)
            raise ProblemWithEnvironment(
                _(
                    "the dataset {dataset} has no resource titled like {resource}; it has "
                    "{titles}. The publisher may have renamed it: see docs/sources.md.",
                    dataset=resource.dataset,
                    resource=repr(resource.title),
                    titles=titles,
                )
            )
        return _address_of(max(wanted, key=lambda entry: str(entry["title"])))

    def download(
        self,
        address: Address,
        partial: Path,
        *,
        held_etag: str,
        max_bytes: int,
        told: Callable[[int, int | None], None],
    ) -> str | None:
        """Bring a file to `partial`, resuming what was begun there.

        Returns:
            The etag of what is there now, or None where what is held is unchanged.
        """
        problem = ""
        for attempt in range(1, self.access.attempts + 1):
            begun = _begun(partial, address.url)
            headers = transfer.next_request(held_etag=held_etag, begun=begun)
            asked_from = begun.size if begun is not None and "Range" in headers else 0
            answer: Mapping[str, str] = {}
            try:
                with self._request(address.url, headers) as response:
                    answer = response.headers
                    verdict = transfer.judge(response.status_code, answer, asked_from=asked_from)
                    if verdict == "unchanged":
                        return None
                    if verdict == "refused":
                        raise ProblemWithEnvironment(_refusal(address.url, response.status_code))
                    if verdict == "anew":
                        forget(partial)
                    if verdict in ("whole", "rest"):
                        etag = answer.get("ETag", "")
                        _note_begun(partial, address.url, etag)
                        _receive(response, partial, asked_from, max_bytes, self.deadline, told)
                        return etag
                    problem = f"it answered {response.status_code}"
            except (requests.RequestException, Truncated) as error:
                problem = _plain(error)
            self._wait(address.url, answer, attempt, problem)
        raise ProblemWithEnvironment(
            _(
                "{address} could not be fetched in {attempts} attempts: {problem}. Try "
                "later; what was received is kept and will be resumed.",
                address=address.url,
                attempts=self.access.attempts,
                problem=problem,
            )
        )

    def beginning(self, url: str, *, size: int) -> bytes:
        """The first bytes of a file, asked for once: enough to see its header."""
        headers = {"Accept-Encoding": "identity", "Range": f"bytes=0-{size - 1}"}
        try:
            with self._request(url, headers) as response:
                if response.status_code not in (200, 206):
                    raise ProblemWithEnvironment(_refusal(url, response.status_code))
                return next(response.iter_content(size), b"")
        except requests.RequestException as error:
            raise ProblemWithEnvironment(
                _("{url} could not be asked: {plain}.", url=url, plain=_plain(error))
            ) from error

    def _wait(self, url: str, answer: Mapping[str, str], attempt: int, problem: str) -> None:
        seconds = transfer.wait_seconds(answer, attempt=attempt, now=transfer.utc_now())
        if seconds is None:
            raise ProblemWithEnvironment(
                _(
                    "{url} asks to be left alone for longer than {longest_wait} s "
                    "({answer}). Try again after that.",
                    url=url,
                    longest_wait=quantity(transfer.LONGEST_WAIT, digits=0),
                    answer=answer.get("Retry-After"),
                )
            )
        if time.monotonic() + seconds > self.deadline:
            raise ProblemWithEnvironment(
                _("{url} took too long: {problem}.", url=url, problem=problem)
            )
        if attempt < self.access.attempts:
            self.access.sleep(seconds)

    def _request(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        """One answer, redirects followed one by one, every address on the way checked."""
        for _unused in range(_MOST_REDIRECTS + 1):
            self._check_address(url)
            response = self.session.get(
                url,
                headers=dict(headers),
                stream=True,
                timeout=self.access.timeout,
                allow_redirects=False,
            )
            self._check_peer(response)
            if response.status_code not in transfer.REDIRECTS:
                return response
            target = urljoin(url, response.headers.get("Location", ""))
            response.close()
            if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
                raise ProblemWithEnvironment(
                    _("{url} redirects away from https, to {target}.", url=url, target=target)
                )
            url = target
        raise ProblemWithEnvironment(
            _(
                "{url} is the end of more than {most_redirects} redirects.",
                url=url,
                most_redirects=_MOST_REDIRECTS,
            )
        )

    def _check_address(self, url: str) -> None:
        """Refuse what is no http(s) address of the public network.

        Behind a proxy the name is the proxy's to resolve; an address written in digits is checked.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host or parts.username:
            raise ProblemWithEnvironment(_("{url} is no http or https address.", url=url))
        if host in self.access.allowed_hosts:
            return
        try:
            found = (
                [host]
                if behind_proxy(url)
                else [str(entry[4][0]) for entry in socket.getaddrinfo(host, parts.port or 443)]
            )
        except OSError as error:
            raise ProblemWithEnvironment(
                _(
                    "the name {host} cannot be resolved ({error}). Is there a network? Use "
                    "--offline or --from FOLDER without one.",
                    host=host,
                    error=error,
                )
            ) from error
        self._refuse_private(url, [address for address in found if _DIGITS.fullmatch(address)])

    def _check_peer(self, response: requests.Response) -> None:
        """Refuse an answer that came from a private address after all: a name may be resolved
        to another address a second later."""
        if behind_proxy(response.url):
            return
        connection = getattr(response.raw, "_connection", None)
        peer = getattr(getattr(connection, "sock", None), "getpeername", None)
        if peer is not None:
            self._refuse_private(response.url, [str(peer()[0])])

    def _refuse_private(self, url: str, addresses: list[str]) -> None:
        host = urlsplit(url).hostname or ""
        private = [address for address in addresses if not transfer.is_public(address)]
        if private and host not in self.access.allowed_hosts:
            raise ProblemWithEnvironment(
                _(
                    "{url} leads to {fromkeys}, which is no public address; it is not "
                    "asked. An agency's own mirror can be allowed by name.",
                    url=url,
                    fromkeys=first_of(dict.fromkeys(private)),
                )
            )

    def _small(self, url: str) -> bytes:
        """The body of a small answer, asked for again where that may help."""
        problem = ""
        for attempt in range(1, self.access.attempts + 1):
            answer: Mapping[str, str] = {}
            try:
                with self._request(url, {"Accept": "application/json"}) as response:
                    answer = response.headers
                    if response.status_code == 200:
                        return _bounded(response, url)
                    if response.status_code not in transfer.RETRIED:
                        raise ProblemWithEnvironment(_refusal(url, response.status_code))
                    problem = f"it answered {response.status_code}"
            except requests.RequestException as error:
                problem = _plain(error)
            self._wait(url, answer, attempt, problem)
        raise ProblemWithEnvironment(
            _(
                "{url} could not be asked in {attempts} attempts: {problem}.",
                url=url,
                attempts=self.access.attempts,
                problem=problem,
            )
        )


def behind_proxy(url: str) -> bool:
    """Whether the environment names a proxy for this address."""
    return bool({urlsplit(url).scheme, "all"} & get_environ_proxies(url).keys())


class Truncated(Exception):
    """Fewer bytes arrived than were announced."""


def _receive(
    response: requests.Response,
    partial: Path,
    asked_from: int,
    max_bytes: int,
    deadline: float,
    told: Callable[[int, int | None], None],
) -> None:
    resumed = response.status_code == 206
    total = transfer.expected_size(response.status_code, response.headers)
    if total is not None and total > max_bytes:
        raise ProblemWithEnvironment(_oversize(response.url, total, max_bytes))
    size = asked_from if resumed else 0
    with partial.open("ab" if resumed else "wb") as stream:
        for chunk in response.iter_content(_CHUNK):
            size += len(chunk)
            if size > max_bytes:
                stream.close()
                forget(partial)
                raise ProblemWithEnvironment(_oversize(response.url, size, max_bytes))
            if time.monotonic() > deadline:
                raise ProblemWithEnvironment(
                    _(
                        "{response} took too long; {size} bytes came.",
                        response=response.url,
                        size=size,
                    )
                )
            stream.write(chunk)
            told(size, total)
    if total is not None and size != total:
        raise Truncated(f"{size} of {total} bytes came")


def _bounded(response: requests.Response, url: str) -> bytes:
    content = b""
    for chunk in response.iter_content(_CHUNK):
        content += chunk
        if len(content) > _GREATEST_ANSWER:
            raise ProblemWithEnvironment(_oversize(url, len(content), _GREATEST_ANSWER))
    return content


def forget(partial: Path) -> None:
    """Throw away what was begun."""
    partial.unlink(missing_ok=True)
    _note_of(partial).unlink(missing_ok=True)


def _begun(partial: Path, url: str) -> transfer.Begun | None:
    """What was begun of this address; what was begun of another is thrown away."""
    try:
        note = json.loads(_note_of(partial).read_text("utf-8"))
        begun = transfer.Begun(partial.stat().st_size, str(note["etag"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if note.get("url") != url:
        forget(partial)
        return None
    return begun


def _note_begun(partial: Path, url: str, etag: str) -> None:
    _note_of(partial).write_text(json.dumps({"url": url, "etag": etag}), "utf-8")


def _note_of(partial: Path) -> Path:
    return partial.with_name(partial.name + ".json")


def _address_of(entry: Mapping[str, Any]) -> Address:
    told = entry.get("checksum") or {}
    known = isinstance(told, Mapping) and told.get("type") in ("sha1", "sha256")
    return Address(
        url=str(entry.get("latest") or entry.get("url") or ""),
        checksum=f"{told['type']}:{str(told['value']).lower()}" if known else "",
        resource_id=str(entry.get("id") or ""),
        published=str(entry.get("last_modified") or "")[:10],
        title=str(entry["title"]).strip(),
    )


def _refusal(url: str, status: int) -> str:
    what = "there is nothing (any more)" if status in (404, 410) else f"it answered {status}"
    return _(
        "{url}: {what}. The publisher may have moved the file: look for it in "
        "docs/sources.md and give it with --source NAME=FILE.",
        url=url,
        what=what,
    )


def _oversize(url: str, size: int, limit: int) -> str:
    return _(
        "{url} is larger ({size} bytes) than it may be ({limit}); it is not taken.",
        url=url,
        size=quantity(size),
        limit=quantity(limit),
    )


def _plain(error: Exception) -> str:
    """The innermost cause of a failure of the network, in a few words."""
    while error.args and isinstance(error.args[0], Exception):
        error = error.args[0]
    reason = getattr(error, "reason", None) or error
    return re.sub(r"<[^>]*object at 0x[0-9a-f]+>:? ?", "", str(reason)) or type(error).__name__
