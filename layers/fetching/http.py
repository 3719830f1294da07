"""HTTP requests to publishers: the only code of the project that opens a socket.

Proxies and the user's certificates are read from the environment (`HTTPS_PROXY`, `NO_PROXY`,
`REQUESTS_CA_BUNDLE`), like in requests.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import requests

from zoneblanche.geo.errors import ProblemWithEnvironment, first_of, shown
from zoneblanche.geo.messages import _, quantity
from zoneblanche.layers.fetching import addresses, partial, resume
from zoneblanche.layers.fetching.connection import CheckedAdapter, Deadline
from zoneblanche.layers.publishers.connector import Resource

DATA_GOUV = "https://www.data.gouv.fr/api/1"
_CHUNK = 1 << 16
"""Bytes read at a time: the most that an interrupted connection loses."""
_GREATEST_ANSWER = 20_000_000
_MOST_REDIRECTS = 5
_LONGEST_HOST = 255
_HEX_DIGITS = {"sha1": 40, "sha256": 64}


@dataclass(frozen=True)
class Access:
    """How the network may be used.

    Attributes:
        catalogue: address of data.gouv.fr's API.
        allowed_hosts: hosts that may have a private address (an agency's mirror, a test).
        attempts: number of attempts for a file.
        timeout: seconds to connect, and to wait for the next bytes.
        max_seconds: for one file, all attempts together.
        sleep: waits; a test counts instead.
        user_agent: the user agent sent to publishers.
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
    """The resolved address of a resource, and what its publisher says about it."""

    url: str
    checksum: str = ""
    resource_id: str = ""
    published: str = ""
    title: str = ""


class Transport:
    """Requests of one connector: redirects are followed here, addresses checked, attempts and time
    limited.
    """

    def __init__(self, access: Access) -> None:
        self.access = access
        self.deadline = Deadline(access.max_seconds)
        self._session = requests.Session()
        self._adapter = CheckedAdapter(self._addresses_of, self.deadline)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.deadline.close()
        self._adapter.close()
        self._session.close()

    def resolve(self, resource: Resource) -> Address:
        """Return the address of a resource; for a dataset, the one in its catalogue today."""
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
            titles = first_of(str(entry.get("title"))[:80] for entry in resources)
            raise ProblemWithEnvironment(
                _(
                    "the dataset {dataset} has no resource titled like {resource}; it has "
                    "{titles}. The publisher may have renamed it: see docs/sources.md.",
                    dataset=resource.dataset,
                    resource=repr(resource.title),
                    titles=titles,
                )
            )
        return _address_of(url, max(wanted, key=lambda entry: str(entry["title"])))

    def download(
        self,
        address: Address,
        place: Path,
        *,
        held_etag: str,
        max_bytes: int,
        progress: Callable[[int, int | None], None],
    ) -> str | None:
        """Download a file to `place`, and resume a partial file there.

        Returns:
            The etag of the file, or None if the stored file is unchanged.
        """
        problem: str = ""
        for attempt in range(1, self.access.attempts + 1):
            answer: Mapping[str, str] = {}
            try:
                begun = partial.begun(place, address.url)
                headers = resume.next_request(held_etag=held_etag, begun=begun)
                with self._request(address.url, headers) as response:
                    answer = response.headers
                    verdict = resume.judge(response.status_code, answer, asked=headers)
                    if verdict == "unchanged":
                        return None
                    if verdict == "refused":
                        raise ProblemWithEnvironment(_refusal(address.url, response.status_code))
                    if verdict in ("whole", "rest"):
                        size = begun.size if begun is not None and verdict == "rest" else 0
                        return self._save(response, address, place, size, max_bytes, progress)
                    problem = _("it answered {status}", status=response.status_code)
                    if verdict == "anew":
                        partial.forget(place)
            except (requests.RequestException, Truncated) as error:
                problem = _plain(error)
            except OSError as error:
                raise ProblemWithEnvironment(
                    _("{path} cannot be written: {error}.", path=place, error=error)
                ) from error
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
        """Return the first bytes of a file, with one request: enough for its header."""
        headers = {"Accept-Encoding": "identity", "Range": f"bytes=0-{size - 1}"}
        try:
            with self._request(url, headers) as response:
                if response.status_code not in (200, 206):
                    raise ProblemWithEnvironment(_refusal(url, response.status_code))
                return next(response.iter_content(size), b"")
        except requests.RequestException as error:
            raise ProblemWithEnvironment(
                _("{url} could not be reached: {plain}.", url=url, plain=_plain(error))
            ) from error

    def _save(
        self,
        response: requests.Response,
        address: Address,
        place: Path,
        size: int,
        max_bytes: int,
        progress: Callable[[int, int | None], None],
    ) -> str:
        """Write the body of an answer to the partial file, after its first `size` bytes.

        Returns:
            The etag of the file.
        """
        etag = resume.etag_of(response.headers)
        total = resume.expected_size(response.status_code, response.headers)
        if total is not None and total > max_bytes:
            raise ProblemWithEnvironment(_oversize(address.url, total, max_bytes))
        with partial.go_on(place) if size else partial.begin(place, address.url, etag) as stream:
            for chunk in response.iter_content(_CHUNK):
                size += len(chunk)
                if size > max_bytes:
                    break
                self._check_time(address.url, size)
                stream.write(chunk)
                progress(size, total)
        if size > max_bytes:
            partial.forget(place)
            raise ProblemWithEnvironment(_oversize(address.url, size, max_bytes))
        self._check_time(address.url, size)  # a connection that was shut down seems complete
        if total is not None and size != total:
            raise Truncated(
                _("{size} of {total} bytes came", size=quantity(size), total=quantity(total))
            )
        return etag

    def _small(self, url: str) -> bytes:
        """Return the body of a small answer, with further attempts where they may help."""
        problem: str = ""
        for attempt in range(1, self.access.attempts + 1):
            answer: Mapping[str, str] = {}
            try:
                with self._request(url, {"Accept": "application/json"}) as response:
                    answer = response.headers
                    if response.status_code == 200:
                        return self._bounded(response, url)
                    if response.status_code not in resume.RETRIED:
                        raise ProblemWithEnvironment(_refusal(url, response.status_code))
                    problem = _("it answered {status}", status=response.status_code)
            except requests.RequestException as error:
                problem = _plain(error)
            self._wait(url, answer, attempt, problem)
        raise ProblemWithEnvironment(
            _(
                "{url} could not be reached in {attempts} attempts: {problem}.",
                url=url,
                attempts=self.access.attempts,
                problem=problem,
            )
        )

    def _bounded(self, response: requests.Response, url: str) -> bytes:
        content = bytearray()
        for chunk in response.iter_content(_CHUNK):
            content += chunk
            if len(content) > _GREATEST_ANSWER:
                raise ProblemWithEnvironment(_oversize(url, len(content), _GREATEST_ANSWER))
        self._check_time(url, len(content))
        return bytes(content)

    def _wait(self, url: str, answer: Mapping[str, str], attempt: int, problem: str) -> None:
        seconds = resume.wait_seconds(answer, attempt=attempt, now=resume.utc_now())
        if seconds is None:
            raise ProblemWithEnvironment(
                _(
                    "{url} asks to be left alone for longer than {longest_wait} s "
                    "({answer}). Try again after that.",
                    url=url,
                    longest_wait=quantity(resume.LONGEST_WAIT, digits=0),
                    answer=shown(answer.get("Retry-After")),
                )
            )
        if attempt == self.access.attempts and self.deadline.left:
            return
        if seconds >= self.deadline.left:
            raise ProblemWithEnvironment(
                _("{url} took too long: {problem}.", url=url, problem=problem)
            )
        self.access.sleep(seconds)

    def _check_time(self, url: str, size: int) -> None:
        if not self.deadline.left:
            raise ProblemWithEnvironment(
                _(
                    "{url} took longer than {seconds} s; {size} bytes were received.",
                    url=url,
                    seconds=quantity(self.deadline.seconds, digits=0),
                    size=quantity(size),
                )
            )

    def _request(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        """Return one answer; redirects are followed one by one, and every address is checked."""
        for _redirect in range(_MOST_REDIRECTS + 1):
            self._check_time(url, 0)
            response = self._send(url, headers)
            if response.status_code not in resume.REDIRECTS:
                return response
            # The body of a redirect is not read: it may have no end.
            response.close()
            url = _target(url, response.headers.get("Location", ""))
        raise ProblemWithEnvironment(
            _(
                "{url} is the end of more than {most_redirects} redirects.",
                url=url,
                most_redirects=_MOST_REDIRECTS,
            )
        )

    def _send(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        """Send one request and return its answer.

        The request is not sent by the session, which would read the body of a redirect and add
        passwords from the user's `.netrc`.
        """
        sent_headers = {"User-Agent": self.access.user_agent, "Accept": "*/*", **headers}
        try:
            if "@" in urlsplit(url).netloc:
                raise ValueError(url)
            request = requests.Request("GET", url, sent_headers).prepare()
            sent = self._check_url(request.url or "")
        except (ValueError, requests.RequestException) as error:
            raise ProblemWithEnvironment(
                _("{url} is not an http or https address.", url=shown(url))
            ) from error
        left = self.deadline.left
        connect, read = self.access.timeout
        settings = self._session.merge_environment_settings(sent, {}, True, None, None)
        try:
            return self._adapter.send(
                request,
                stream=True,
                timeout=(min(connect, left), min(read, left)),
                verify=settings["verify"] or True,
                proxies=settings["proxies"],
            )
        except requests.RequestException:
            raise
        except OSError as error:
            raise ProblemWithEnvironment(
                _("{url} could not be reached: {plain}.", url=url, plain=error)
            ) from error

    def _check_url(self, url: str) -> str:
        """Refuse a URL that is not http(s), or whose host is a private address.

        The addresses of a name are checked when it is connected to; behind a proxy they are not.

        Raises:
            ValueError: this is not an http(s) URL.
        """
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        if parts.scheme not in ("http", "https") or not 0 < len(host) <= _LONGEST_HOST:
            raise ValueError(url)
        if addresses.is_numeric(host):
            self._refuse_private(host, [host])
        return url

    def _addresses_of(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host; private ones only if the host is allowed to have them."""
        try:
            resolved = addresses.addresses_of(host, port, seconds=self.deadline.left)
        except addresses.NotResolved as error:
            raise ProblemWithEnvironment(
                _(
                    "the name {host} cannot be resolved ({error}). Is there a network? Use "
                    "--offline or --from FOLDER without one.",
                    host=host,
                    error=error,
                )
            ) from error
        self._refuse_private(host, resolved)
        return resolved

    def _refuse_private(self, host: str, resolved: list[str]) -> None:
        private = [address for address in resolved if not addresses.is_public(address)]
        if private and host not in self.access.allowed_hosts:
            raise ProblemWithEnvironment(
                _(
                    "{host} leads to {addresses}, which is not a public address, so it was not "
                    "contacted. An agency's own mirror can be allowed by name.",
                    host=host,
                    addresses=first_of(private),
                )
            )


class Truncated(Exception):
    """Fewer bytes arrived than announced."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def _target(url: str, location: str) -> str:
    """Return the URL that a redirect leads to.

    Raises:
        ProblemWithEnvironment: there is none, or it leads from https to http.
    """
    with contextlib.suppress(UnicodeError):  # servers write UTF-8, the library reads Latin-1
        location = location.encode("latin-1").decode("utf-8")
    try:
        target = urljoin(url, location.strip())
        scheme = urlsplit(target).scheme
    except ValueError as error:
        raise ProblemWithEnvironment(
            _("{url} is not an http or https address.", url=shown(location))
        ) from error
    if not location.strip():
        raise ProblemWithEnvironment(
            _("{url} redirects, but its answer has no address to go to.", url=url)
        )
    if urlsplit(url).scheme == "https" and scheme != "https":
        raise ProblemWithEnvironment(
            _("{url} redirects away from https, to {target}.", url=url, target=shown(target))
        )
    return target


def _address_of(catalogue: str, entry: Mapping[str, Any]) -> Address:
    digest_entry = entry.get("checksum")
    checksum = ""
    kind = str(digest_entry.get("type")) if isinstance(digest_entry, Mapping) else ""
    if isinstance(digest_entry, Mapping) and kind in _HEX_DIGITS:
        value = str(digest_entry.get("value")).lower()
        if not re.fullmatch(f"[0-9a-f]{{{_HEX_DIGITS[kind]}}}", value):
            raise ProblemWithEnvironment(
                _(
                    "{catalogue} lists {value}, which is not a valid {kind} checksum. The file "
                    "is not fetched because it cannot be checked.",
                    catalogue=catalogue,
                    value=shown(value),
                    kind=kind,
                )
            )
        checksum = f"{kind}:{value}"
    day = str(entry.get("last_modified") or "")[:10]
    return Address(
        url=str(entry.get("latest") or entry.get("url") or ""),
        checksum=checksum,
        resource_id=str(entry.get("id") or "")[:100],
        published=day if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day) else "",
        title=str(entry["title"]).strip(),
    )


def _refusal(url: str, status: int) -> str:
    gone = status in (404, 410)
    return _(
        "{url}: {what}. The publisher may have moved the file: look for it in "
        "docs/sources.md and give it with --source NAME=FILE.",
        url=url,
        what=_("there is no such file") if gone else _("it answered {status}", status=status),
    )


def _oversize(url: str, size: int, limit: int) -> str:
    return _(
        "{url} is larger ({size} bytes) than it may be ({limit}); it is not taken.",
        url=url,
        size=quantity(size),
        limit=quantity(limit),
    )


def _plain(error: Exception) -> str:
    """Return the innermost cause of a network failure, in a few words."""
    if isinstance(error, Truncated):
        return error.message
    while error.args and isinstance(error.args[0], Exception):
        error = error.args[0]
    reason = getattr(error, "reason", None) or error
    text = re.sub(r"<[^>]*object at 0x[0-9a-f]+>:? ?", "", str(reason))[:300]
    return text or type(error).__name__
