"""The command `zoneblanche fetch`, the only one that opens a socket; and what it brought.

A plain run does not look into the store: what it measures depends on its inputs alone. `--fetched`
asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from geo.country import read_country
from geo.errors import Fault, InputError, ProblemWithEnvironment, first_of
from layers.connectors.connector import Connector, connector_named, known_connectors
from layers.connectors.fetch import (
    Fetched,
    Known,
    Progress,
    fetch_sources,
    files_below,
    list_sources,
)
from layers.connectors.store import Store, user_store

HOW = {
    "fetched": "fetched",
    "unchanged": "is current",
    "offline": "was fetched before",
    "folder": "taken from the folder",
}


def fetch_country(
    country: str,
    *,
    only: Iterable[str] = (),
    offline: bool = False,
    from_folder: Path | None = None,
    quiet: bool = False,
) -> tuple[Fetched, ...]:
    """Brings a country's publications into the user's store, with a bar for each.

    Raises:
        InputError: no such country or source, or a country without a publisher.
        ProblemWithEnvironment: some could not be had; those that could are in the store.
    """
    read_country(country)
    if not any(connector.country == country for connector in known_connectors().values()):
        raise InputError(
            Fault(
                f"no publisher of {country!r} is known.",
                remedy="Bring its files as [[layers]] of a project file.",
                kind="no-publisher",
            )
        )
    with _bars(quiet) as progress:
        found = fetch_sources(
            country, only=only, offline=offline, from_folder=from_folder, progress=progress
        )
    if not found:
        raise ProblemWithEnvironment(_nothing(country, from_folder))
    if not quiet:
        print_fetched(found, user_store())
        if from_folder is not None and not tuple(only):
            print_left(from_folder, found)
    return found


def print_left(folder: Path, found: Iterable[Fetched]) -> None:
    """Names the files of the folder that are no publisher's by their name, as far as ten."""
    taken = {got.path.name for got in found}
    left = [name for name in files_below(folder) if name not in taken]
    if left:
        print(
            f"{len(left)} files go by no name of a publisher: {first_of(left, count=10)}. Give "
            "such a file with --source NAME=FILE."
        )


def print_fetched(found: Iterable[Fetched], store: Store) -> None:
    """One line a file: its id, what was done, size and date; then how to use them."""
    for got in found:
        size = got.path.stat().st_size / 1e6
        told = f"{HOW[got.how]}, {size:,.1f} MB, {got.source.published or got.source.retrieved}"
        print(f"{got.connector:28} {told}")
    print(f"In {store.folder}. `zoneblanche run --fetched` measures from them.")


def fetched_sources(
    given: Mapping[str, Path], *, country: str = "fr", store: Store | None = None
) -> dict[str, Path]:
    """The given sources, and beside them what the store holds that a run can measure from.

    A file that is given wins over whatever was fetched for the same input.
    """
    taken = {connector_named(name).input for name in given}
    found = {
        known.connector.id: known.path
        for known in list_sources(country=country, store=store)
        if known.path is not None and measurable(known.connector)
    }
    return {
        **{name: path for name, path in found.items() if connector_named(name).input not in taken},
        **given,
    }


def fetched_for_barometer(
    given: Mapping[str, Path], *, country: str = "fr", store: Store | None = None
) -> dict[str, Path]:
    """The given sources, and beside them the directories and events that the store holds."""
    from layers.barometer_waves import USABLE

    found = {
        known.connector.id: known.path
        for known in list_sources(country=country, store=store)
        if known.path is not None and known.connector.id in USABLE
    }
    return {**found, **given}


def measurable(connector: Connector) -> bool:
    """Whether a run can measure from it, rather than a barometer or a project file."""
    return connector.read is not None or connector.on is not None or bool(connector.aids)


STATES = {
    "fr": {
        "fetched": "téléchargé le {date}",
        "given": "sans adresse : --source",
        "named": "sur demande : --only",
        "none": "non téléchargé",
    },
    "en": {
        "fetched": "fetched {date}",
        "given": "no address: --source",
        "named": "by name: --only",
        "none": "not fetched",
    },
}


def state_of(known: Known, lang: str = "en") -> str:
    """What there is of a publication: "fetched 2026-11-02", "not fetched", …"""
    resource, words = known.connector.resource, STATES[lang]
    if known.record is not None:
        return words["fetched"].format(date=known.record.retrieved)
    if resource is None:
        return words["given"]
    return words["named" if resource.on_request else "none"]


def state_width(lang: str) -> int:
    """Letters that a state has at most."""
    return max(len(text.format(date="2026-01-01")) for text in STATES[lang].values())


def _nothing(country: str, folder: Path | None) -> str:
    if folder is None:
        return (
            f"nothing of {country!r} was fetched yet. Run it once without --offline, or take the "
            "files from a folder with --from FOLDER."
        )
    names = sorted(
        connector.resource.filename
        for connector in known_connectors().values()
        if connector.country == country and connector.resource is not None
    )
    return f"{folder} holds none of the publishers' files: {', '.join(names)}."


@contextmanager
def _bars(quiet: bool) -> Iterator[Progress | None]:
    """A bar on stderr for each file that is on its way."""
    if quiet:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:28}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(connector: str, size: int, total: int | None) -> None:
            if connector not in tasks:
                tasks[connector] = bars.add_task(connector, total=total)
            bars.update(tasks[connector], completed=size, total=total)

        yield progress
