"""The command `zoneblanche fetch`, the only one that opens a socket, and the files that it fetched.

A plain run does not read the store: its result depends on its inputs only. `--fetched` reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from zoneblanche.geo.country import in_language, read_country
from zoneblanche.geo.errors import Fault, InputError, ProblemWithEnvironment
from zoneblanche.geo.files.archive import is_archive
from zoneblanche.geo.messages import _, ngettext, quantity, spoken, translate
from zoneblanche.layers.fetching.fetch import Fetched, Known, Progress, fetch_sources, list_sources
from zoneblanche.layers.fetching.from_folder import left_in
from zoneblanche.layers.fetching.store import Store, user_store
from zoneblanche.layers.publishers.connector import Connector, connector_named, known_connectors
from zoneblanche.scripts.terminal import bar_options

HOW = {
    "fetched": _("fetched"),
    "unchanged": _("is current"),
    "offline": _("was fetched before"),
    "folder": _("taken from the folder"),
}


def fetch_country(
    country: str,
    *,
    only: Iterable[str] = (),
    offline: bool = False,
    from_folder: Path | None = None,
    quiet: bool = False,
    lang: str | None = None,
) -> tuple[Fetched, ...]:
    """Fetch a country's publications into the user's store, with a progress bar for each.

    Messages are in `lang`, else in the country's language.

    Raises:
        InputError: no such country or source, or a country without a publisher.
        ProblemWithEnvironment: some could not be fetched; the others are in the store.
    """
    lang = spoken(lang, read_country(country).lang)
    if not any(connector.country == country for connector in known_connectors().values()):
        raise InputError(
            Fault(
                _("no publisher of {country} is known.", country=repr(country)),
                remedy=_("Bring its files as [[layers]] of a project file."),
                kind="no-publisher",
            )
        )
    with _bars(quiet) as progress:
        fetched = fetch_sources(
            country, only=only, offline=offline, from_folder=from_folder, progress=progress
        )
    if not fetched:
        raise ProblemWithEnvironment(_nothing(country, from_folder))
    if not quiet:
        print_fetched(fetched, user_store(), lang=lang)
        if from_folder is not None and not tuple(only):
            print_left(from_folder, fetched, lang=lang)
    return fetched


def print_left(folder: Path, fetched: Iterable[Fetched], *, lang: str) -> None:
    """Print the files of the folder that are not used, each with the reason."""
    left = left_in(folder, {got.connector: got.path.name for got in fetched})
    if left:
        head = ngettext("{count} file was not taken:", "{count} files were not taken:", len(left))
        print(translate(head, lang))
    for file in left:
        line = _("{name}: {why}.", name=file.name, why=file.why)
        print(f"  {translate(line, lang)}")


def print_fetched(fetched: Iterable[Fetched], store: Store, *, lang: str) -> None:
    """Print one line per file: its id, what was done, size and date; then how to use them."""
    for file in fetched:
        megabytes = quantity(file.path.stat().st_size / 1e6, digits=1)
        size = translate(_("{size} MB", size=megabytes), lang)
        version = file.path.name if file.how == "folder" else file.source.published
        version = version or file.source.retrieved
        print(f"{file.connector:28} {translate(HOW[file.how], lang)}, {size}, {version}")
        connector = connector_named(file.connector)
        if connector.after is not None and _to_be_unpacked(connector, file.path):
            print(f"  {in_language(connector.after, lang)}.")
    end = _("In {folder}. `zoneblanche run --fetched` measures from them.", folder=store.folder)
    print(translate(end, lang))


def fetched_sources(
    sources: Mapping[str, Path], *, country: str = "fr", store: Store | None = None
) -> dict[str, Path]:
    """Return the given sources, and what the store has that a run can measure from.

    A given file takes precedence over a fetched one for the same input.
    """
    used = {connector_named(name).input for name in sources}
    stored = {
        source.connector.id: source.path
        for source in list_sources(country=country, store=store)
        if source.path is not None
        and measurable(source.connector)
        and not _to_be_unpacked(source.connector, source.path)
    }
    return {
        **{name: path for name, path in stored.items() if connector_named(name).input not in used},
        **sources,
    }


def fetched_for_barometer(
    sources: Mapping[str, Path], *, country: str = "fr", store: Store | None = None
) -> dict[str, Path]:
    """Return the given sources, and the directories and events in the store."""
    from zoneblanche.layers.presence.waves import USABLE

    stored = {
        source.connector.id: source.path
        for source in list_sources(country=country, store=store)
        if source.path is not None and source.connector.id in USABLE
    }
    return {**stored, **sources}


def _to_be_unpacked(connector: Connector, path: Path) -> bool:
    """Return whether the user has to unpack a fetched file, as `fetch` said."""
    return connector.after is not None and is_archive(path)


def measurable(connector: Connector) -> bool:
    """Return whether a run measures from it or with it, and not only a barometer or a project
    file."""
    from zoneblanche.layers.catalogue import known_layers
    from zoneblanche.layers.inputs.gather import reads

    if connector.aids or connector.facts:
        return connector.aids != "waves"
    return any(reads(layer, (connector.id,)) for layer in known_layers().values())


def state_of(source: Known, lang: str = "en") -> str:
    """Return the state of a publication: "fetched 2026-11-02", "not fetched", …"""
    resource = source.connector.resource
    if source.record is not None:
        state = _("fetched {date}", date=source.record.retrieved)
    elif resource is None:
        state = _("no address: --source")
    else:
        state = _("by name: --only") if resource.on_request else _("not fetched")
    return translate(state, lang)


def _nothing(country: str, folder: Path | None) -> str:
    if folder is None:
        return _(
            "nothing of {country} was fetched yet. Run it once without --offline, "
            "or take the files from a folder with --from FOLDER.",
            country=repr(country),
        )
    names = sorted(
        connector.resource.filename
        for connector in known_connectors().values()
        if connector.country == country and connector.resource is not None
    )
    return _(
        "{folder} contains none of the publishers' files: {names}.",
        folder=folder,
        names=", ".join(names),
    )


@contextmanager
def _bars(quiet: bool) -> Iterator[Progress | None]:
    """Show a progress bar on stderr for each file being fetched."""
    if quiet:
        yield None
        return
    from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:28}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Bars(*columns, **bar_options()) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(connector: str, size: int, total: int | None) -> None:
            if connector not in tasks:
                tasks[connector] = bars.add_task(connector, total=total)
            bars.update(tasks[connector], completed=size, total=total)

        yield progress
