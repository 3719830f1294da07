"""What other distributions add: layers, publishers, countries, recipes and flag rules.

A distribution names in its entry points, in the group `zoneblanche.<kind>`, a package folder with
TOML files or a Python object. A plug-in that cannot be used is a `PlugInError` whose sentences name
the distribution. docs/plug-ins.md shows one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from types import ModuleType
from typing import Any, Generic, Literal, TypeVar

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.structured.toml import Document, parse_document
from zoneblanche.geo.messages import _

Kind = Literal["layers", "publishers", "countries", "recipes", "rules"]
KINDS: tuple[Kind, ...] = ("layers", "publishers", "countries", "recipes", "rules")
T = TypeVar("T")


class PlugInError(InputError):
    """An installed plug-in cannot be used: the environment is at fault, not the input."""

    exit_status = 3


@dataclass(frozen=True)
class TomlFile:
    """A TOML file of a package, by the name that it goes by.

    Attributes:
        name: the file's name without its ending.
        entry: the file.
        label: what faults call it.
    """

    name: str
    entry: Traversable
    label: str

    def read(self) -> Document:
        """Return the file's table.

        Raises:
            InputError: it is not TOML.
        """
        return parse_document(self.entry.read_bytes(), file=self.label)


@dataclass(frozen=True)
class PlugIn:
    """An entry point of another distribution, loaded.

    Attributes:
        kind, name: its group, and its name in it.
        distribution: name and version of the distribution, such as "zoneblanche-toy 1.0".
        value: the module or the object that it names.
    """

    kind: Kind
    name: str
    distribution: str
    value: Any

    def fault(self, what: str) -> Fault:
        """Return the fault of an entry that cannot be used, with the reason `what`."""
        return _unusable(self.distribution, self.kind, self.name, what)


@dataclass(frozen=True)
class Known(Generic[T]):
    """All things of one kind by name: those of zoneblanche, then those of plug-ins.

    Attributes:
        things: by name.
        distributions: of those that come from a plug-in, by name.
    """

    things: Mapping[str, T]
    distributions: Mapping[str, str] = field(default_factory=dict)


@cache
def plugins(kind: Kind) -> tuple[PlugIn, ...]:
    """Return the plug-ins of a kind, by distribution and name.

    Raises:
        PlugInError: one of them cannot be loaded, for any reason.
    """
    entries: list[PlugIn] = []
    faults: list[Fault] = []
    for entry in _entries()[kind]:
        distribution = _distribution_of(entry)
        try:
            entries.append(PlugIn(kind, entry.name, distribution, entry.load()))
        except (Exception, SystemExit) as error:  # any error that its author left in it
            faults.append(_unusable(distribution, kind, entry.name, _described(error)))
    if faults:
        raise PlugInError(faults)
    return tuple(entries)


def plugin_versions() -> dict[str, str]:
    """Return the version of every distribution that adds something, by its name, sorted."""
    named = {_distribution_of(entry) for kind in KINDS for entry in _entries()[kind]}
    return {
        name: version
        for name, _, version in (distribution.partition(" ") for distribution in sorted(named))
    }


def with_plugins(
    kind: Kind,
    shipped: Mapping[str, T],
    *,
    types: type[T] | tuple[type[T], ...],
    name_of: Callable[[T], str],
    inside: Callable[[ModuleType, str], Iterable[T]],
) -> Known[T]:
    """Return what ships, and what plug-ins add.

    Args:
        kind: of things.
        shipped: those of zoneblanche, by name.
        types: what an object of a plug-in must be, or be a list of.
        name_of: the name of a thing. No two may differ in case only.
        inside: the things in a module of a plug-in, whose distribution is the second argument.

    Raises:
        PlugInError: a plug-in holds nothing of the kind, or cannot be read, or gives a name that
            is taken. All faults together.
    """
    things = dict(shipped)
    owners = {name.casefold(): "zoneblanche" for name in things}
    added: dict[str, str] = {}
    faults: list[Fault] = []
    for plugin in plugins(kind):
        for thing in _things_of(plugin, types, inside, faults):
            name = name_of(thing)
            if name.casefold() in owners:
                faults.append(_clash(plugin, name, owners[name.casefold()]))
                continue
            owners[name.casefold()] = plugin.distribution
            things[name], added[name] = thing, plugin.distribution
    if faults:
        raise PlugInError(faults)
    return Known(things, added)


def toml_files(folder: Traversable, prefix: str = "") -> Iterator[TomlFile]:
    """Return the TOML files of a folder in the order of their names, labelled with a prefix."""
    names = {entry.name: entry for entry in folder.iterdir() if entry.name.endswith(".toml")}
    for name in sorted(name.removesuffix(".toml") for name in names):
        yield TomlFile(name, names[f"{name}.toml"], f"{prefix}{name}.toml")


def files_inside(package: ModuleType, distribution: str) -> Iterator[TomlFile]:
    """Return the TOML files in a package of a plug-in: `inside` of `with_plugins`."""
    return toml_files(resources.files(package), f"{distribution}, ")


def _things_of(
    plugin: PlugIn,
    types: type[T] | tuple[type[T], ...],
    inside: Callable[[ModuleType, str], Iterable[T]],
    faults: list[Fault],
) -> list[T]:
    value = plugin.value
    try:
        if isinstance(value, ModuleType):
            things = list(inside(value, plugin.distribution))
        else:
            things = list(value) if isinstance(value, list | tuple) else [value]
    except InputError as error:
        faults += error.faults
        return []
    except (Exception, SystemExit) as error:  # any error that its author left in it
        faults.append(plugin.fault(_described(error)))
        return []
    strange = [thing for thing in things if not isinstance(thing, types)]
    if strange:
        reason = _("found an object of the type {name}", name=type(strange[0]).__name__)
        faults.append(plugin.fault(reason))
        return []
    if not things:
        faults.append(plugin.fault(_("found no {kind}", kind=plugin.kind)))
    return things


@cache
def _entries() -> dict[Kind, list[metadata.EntryPoint]]:
    """Return the entry points of each kind, by distribution and name."""
    # Once: a file of every installed distribution is read.
    installed = metadata.entry_points()
    return {
        kind: sorted(
            installed.select(group=f"zoneblanche.{kind}"),
            key=lambda entry: (_distribution_of(entry), entry.name, entry.value),
        )
        for kind in KINDS
    }


def _distribution_of(entry: metadata.EntryPoint) -> str:
    distribution = entry.dist
    if distribution is None:
        return entry.value
    try:
        return f"{distribution.name} {distribution.version}"
    except Exception:
        # The readers of metadata raise whatever a broken distribution causes. This text only says
        # where a plug-in comes from, and must not keep the other plug-ins from being read.
        return entry.value


def _described(error: BaseException) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    return f"{type(error).__name__}, {text[:200]}" if text else type(error).__name__


def _unusable(distribution: str, kind: Kind, name: str, what: str) -> Fault:
    return Fault(
        _(
            "the plug-in {distribution} cannot be used. Its entry {name} of {group}: {reason}.",
            distribution=distribution,
            name=shown(name),
            group=f"zoneblanche.{kind}",
            reason=what,
        ),
        remedy=_("Update it, uninstall it, or tell its author."),
        kind="plug-in",
    )


def _clash(plugin: PlugIn, name: str, owner: str) -> Fault:
    return Fault(
        _(
            "the plug-in {distribution} cannot be used. {owner} has {name} in {group} already.",
            distribution=plugin.distribution,
            owner=owner,
            name=shown(name),
            group=f"zoneblanche.{plugin.kind}",
        ),
        remedy=_("Uninstall {distribution}, or tell its author.", distribution=plugin.distribution),
        kind="plug-in",
    )
