"""Reading the rule of a flag: conditions on indicators, joined by `all` and `any`, in TOML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from zoneblanche.geo.country import Text
from zoneblanche.geo.errors import Fault, InputError, gathered, missing_file, nearest, shown
from zoneblanche.geo.files.structured.toml import Document, read_document
from zoneblanche.geo.messages import _, join
from zoneblanche.geo.plugins import Known, TomlFile, files_inside, toml_files, with_plugins

if TYPE_CHECKING:
    from zoneblanche.layers.analysis.flagging.schema import (
        ConditionTable,
        GroupTable,
        IncludedTable,
    )

Op = Literal["<", "<=", ">", ">=", "in"]
Joint = Literal["all", "any"]


@dataclass(frozen=True)
class Condition:
    """One comparison of one indicator.

    Attributes:
        indicator: ids; the first that the atlas has is used.
        op, value: a fixed threshold in the indicator's unit, or the codes of a category (`in`).
        quantile, direction, reference: instead of a fixed threshold, the worst (best) share of the
            reference: of its territories, each counting as one, or of its population.
        optional: an atlas without the indicator is judged without the condition, with a notice.
        if_missing: the result of a missing cell: `unknown` (a territory may then not be judged), or
            `skip` (it is judged by the other conditions).
    """

    indicator: tuple[str, ...]
    op: Op | None = None
    value: tuple[float, ...] = ()
    quantile: float | None = None
    direction: Literal["worst", "best"] = "worst"
    reference: Literal["territories", "population"] = "territories"
    optional: bool = False
    if_missing: Literal["unknown", "skip"] = "unknown"


@dataclass(frozen=True)
class Group:
    """Conditions of which all, or any, must hold."""

    joint: Joint
    members: tuple[Condition | Group, ...]
    title: Text | str = ""

    def conditions(self) -> Iterator[Condition]:
        """Return every condition in it, at every depth, in order."""
        for member in self.members:
            if isinstance(member, Condition):
                yield member
            else:
                yield from member.conditions()


@dataclass(frozen=True)
class Rule:
    """When a territory is flagged.

    Attributes:
        id: of the flag's column.
        title, method: for readers, in French and English (or one text).
        when: the conditions.
        file: the file that it was read from.
    """

    id: str
    title: Text | str
    when: Group
    method: Text | str = ""
    file: str = ""


def known_rules() -> tuple[str, ...]:
    """Return the names of the rules that ship, then of those of plug-ins.

    >>> "sparse-underserved" in known_rules()
    True
    """
    return tuple(_known().things)


def added_rules() -> Mapping[str, str]:
    """Return the distribution of each rule that comes from a plug-in."""
    return _known().distributions


@cache
def _known() -> Known[TomlFile | Rule]:
    files = toml_files(resources.files("zoneblanche.layers.analysis") / "rules")
    return with_plugins(
        "rules",
        {file.name: replace(file, label=file.name) for file in files},
        types=(TomlFile, Rule),
        name_of=lambda entry: entry.id if isinstance(entry, Rule) else entry.name,
        inside=files_inside,
    )


def read_rule(name_or_path: str | Path) -> Rule:
    """Read a rule that ships or is a plug-in's, by name, or of the user, by the path of its file.

    A member `{ rule = "name" }` means the conditions of another rule: one of the package, or a TOML
    file in the same folder.

    Raises:
        InputError: no such rule or file, not TOML, an unknown key or option, a condition without a
            threshold, or rules that include each other. All faults together.

    >>> read_rule("sparse").when.joint
    'any'
    """
    return _read(name_or_path, folder=None, inside=())


def _read(name_or_path: str | Path, *, folder: Path | None, inside: tuple[str, ...]) -> Rule:
    name, home = _place_of(name_or_path, folder)
    if name in inside:
        chain = " → ".join((*inside, name))
        raise InputError(
            Fault(_("rules include each other: {chain}.", chain=chain), file=name, kind="cycle")
        )
    if home is not None:
        return _rule(read_document(home / Path(name).name), folder=home, inside=(*inside, name))
    rule = _known().things[name]
    if isinstance(rule, Rule):
        return rule
    return _rule(rule.read(), folder=None, inside=(*inside, name))


def _rule(document: Document, *, folder: Path | None, inside: tuple[str, ...]) -> Rule:
    # pydantic takes a fifth of a second to import, which only a reader of rules should pay.
    from zoneblanche.geo.files.structured.toml_model import checked
    from zoneblanche.layers.analysis.flagging.schema import ConditionTable, IncludedTable, RuleTable

    table = checked(document, RuleTable)
    faults: list[Fault] = []

    def group(of: GroupTable) -> Group:
        joint: Joint = "any" if of.all is None else "all"
        members = [member(table) for table in (of.all or of.any or ())]
        return Group(joint, tuple(members), of.title)

    def member(table: ConditionTable | GroupTable | IncludedTable) -> Condition | Group:
        if isinstance(table, IncludedTable):
            with gathered(faults):
                other = _read(table.rule, folder=folder, inside=inside)
                return Group(other.when.joint, other.when.members, other.title)
            return Group("all", ())
        return _condition(table) if isinstance(table, ConditionTable) else group(table)

    when = group(table)
    if faults:
        raise InputError(faults)
    return Rule(table.id, table.title, replace(when, title=""), table.method, document.file)


def _condition(table: ConditionTable) -> Condition:
    return Condition(
        indicator=tuple(table.indicator),
        op=table.op,
        value=tuple(table.value or ()),
        quantile=table.quantile,
        direction=table.direction,
        reference=table.reference,
        optional=table.optional,
        if_missing=table.if_missing,
    )


def _place_of(name_or_path: str | Path, folder: Path | None) -> tuple[str, Path | None]:
    """Return name for messages and folder of a rule (None: that of the package); an included one is
    searched in `folder`."""
    if isinstance(name_or_path, str) and name_or_path in known_rules():
        return name_or_path, None
    path = Path(name_or_path)
    if folder is not None:
        if path.name != str(name_or_path):
            raise InputError(
                _("an included rule must be in the same folder: {path} is not.", path=shown(path))
            )
        path = folder / path
    if path.suffix != ".toml":
        raise InputError(
            Fault(
                _("no rule {name_or_path} is known.", name_or_path=repr(str(name_or_path))),
                remedy=join(
                    (
                        nearest(str(name_or_path), known_rules()),
                        _("Give your own rule as the path of its .toml file."),
                    ),
                    " ",
                ),
                kind="unknown-rule",
            )
        )
    if not path.is_file():
        raise InputError(missing_file(path, what=_("rule")))
    return str(path), path.parent
