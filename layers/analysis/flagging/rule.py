"""Reading the rule of a flag: conditions on indicators, joined by `all` and `any`, in TOML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from zoneblanche.geo.country import Text
from zoneblanche.geo.errors import Fault, InputError, missing_file, nearest, shown
from zoneblanche.geo.files.toml import parse_toml, read_toml
from zoneblanche.geo.messages import _, join

Op = Literal["<", "<=", ">", ">=", "in"]
Joint = Literal["all", "any"]

_OPS = ("<", "<=", ">", ">=", "in")
_CHOICES = {
    "op": _OPS,
    "direction": ("worst", "best"),
    "reference": ("territories", "population"),
    "if_missing": ("unknown", "skip"),
}
_RULE_KEYS = ("id", "title", "method", "all", "any")
_CONDITION_KEYS = (
    *("indicator", "op", "value", "quantile", "direction"),
    *("reference", "optional", "if_missing"),
)
_GROUP_KEYS = ("title", "all", "any")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


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
    """Return the names of the rules in the package.

    >>> "sparse-underserved" in known_rules()
    True
    """
    folder = resources.files("zoneblanche.layers.analysis") / "rules"
    return tuple(
        sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml"))
    )


def read_rule(name_or_path: str | Path) -> Rule:
    """Read a rule of the package, by name, or of the user, by the path of its TOML file.

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
    if home is None:
        entry = resources.files("zoneblanche.layers.analysis") / "rules" / f"{name}.toml"
        table = parse_toml(entry.read_bytes(), file=name)
    else:
        table = read_toml(home / Path(name).name)
    return _Reader(file=name, folder=home, inside=(*inside, name)).rule(table)


def _place_of(name_or_path: str | Path, folder: Path | None) -> tuple[str, Path | None]:
    """Return name for messages and folder of a rule (None: that of the package); an included one is
    searched in `folder`."""
    if isinstance(name_or_path, str) and name_or_path in known_rules():
        return name_or_path, None
    path = Path(name_or_path)
    if folder is not None:
        if path.name != str(name_or_path):
            raise InputError(
                _("an included rule stands in the same folder: {path} does not.", path=shown(path))
            )
        path = folder / path
    if path.suffix != ".toml":
        raise InputError(
            Fault(
                _("no rule {name_or_path} is known.", name_or_path=repr(str(name_or_path))),
                remedy=join(
                    (
                        nearest(str(name_or_path), known_rules()),
                        _("A rule of your own is given as the path of its .toml file."),
                    ),
                    " ",
                ),
                kind="unknown-rule",
            )
        )
    if not path.is_file():
        raise InputError(missing_file(path, what=_("rule")))
    return str(path), path.parent


class _Reader:
    """Converts the tables of one file to conditions, and collects every fault before it raises."""

    def __init__(self, *, file: str, folder: Path | None, inside: tuple[str, ...]) -> None:
        self.file = file
        self.folder = folder
        self.inside = inside
        self.faults: list[Fault] = []

    def rule(self, table: Mapping[str, Any]) -> Rule:
        self._check_keys(table, _RULE_KEYS, _("the rule"))
        rule_id = table.get("id")
        if not isinstance(rule_id, str) or not _ID.fullmatch(rule_id):
            self._fault(_("a rule needs an id of letters, digits, - and _."), column="id")
        title = self._text(table, "title")
        if not title:
            self._fault(_("a rule needs a title."), column="title")
        method = self._text(table, "method")
        when = self._group(table, _("the rule"))
        if self.faults:
            raise InputError(self.faults)
        return Rule(id=str(rule_id), title=title, when=when, method=method, file=self.file)

    def _group(self, table: Mapping[str, Any], where: str) -> Group:
        joints = [joint for joint in ("all", "any") if joint in table]
        if len(joints) != 1:
            self._fault(
                _(
                    "{where} must have either `all` or `any`, with a list of conditions.",
                    where=where,
                )
            )
            return Group("all", ())
        joint: Joint = "all" if joints == ["all"] else "any"
        members = table[joint]
        if not isinstance(members, list) or not members:
            self._fault(
                _("`{joint}` must be a list of at least one condition.", joint=joint), column=joint
            )
            return Group(joint, ())
        return Group(joint, tuple(self._member(member, joint) for member in members))

    def _member(self, table: Any, joint: str) -> Condition | Group:
        if not isinstance(table, dict):
            self._fault(
                _(
                    "a member of `{joint}` is a table, not {table}.",
                    joint=joint,
                    table=shown(table),
                ),
                column=joint,
            )
            return Group("all", ())
        if "rule" in table:
            self._check_keys(table, ("rule",), _("an included rule"))
            other = _read(str(table["rule"]), folder=self.folder, inside=self.inside)
            return Group(other.when.joint, other.when.members, other.title)
        if "all" in table or "any" in table:
            self._check_keys(table, _GROUP_KEYS, _("a group"))
            group = self._group(table, _("a group"))
            return Group(group.joint, group.members, self._text(table, "title"))
        return self._condition(table)

    def _condition(self, table: Mapping[str, Any]) -> Condition:
        self._check_keys(table, _CONDITION_KEYS, _("a condition"))
        for key, allowed in _CHOICES.items():
            if key in table and table[key] not in allowed:
                self._fault(
                    _("{table} is no {key}.", table=shown(table[key]), key=key),
                    column=key,
                    remedy=nearest(str(table[key]), allowed),
                )
        if not isinstance(table.get("optional", False), bool):
            self._fault(_("`optional` is true or false."), column="optional")
        ids = _listed(table.get("indicator", []))
        if not ids or not all(isinstance(name, str) and name for name in ids):
            self._fault(_("a condition names an `indicator`."), column="indicator")
        has_value = self._check_threshold(table)
        return Condition(
            indicator=tuple(str(name) for name in ids),
            op=table.get("op") if has_value else None,
            value=tuple(float(number) for number in _listed(table["value"])) if has_value else (),
            quantile=table.get("quantile"),
            direction=table.get("direction", "worst"),
            reference=table.get("reference", "territories"),
            optional=bool(table.get("optional", False)),
            if_missing=table.get("if_missing", "unknown"),
        )

    def _check_threshold(self, table: Mapping[str, Any]) -> bool:
        """Return whether the condition has a fixed threshold; record its faults."""
        ids = _listed(table.get("indicator", []))
        where = f"the condition on {ids[0]!r}" if ids else "a condition"
        if ("value" in table) == ("quantile" in table):
            self._fault(_("{where} must have either `op` and `value`, or `quantile`.", where=where))
            return False
        if "quantile" in table:
            quantile = table["quantile"]
            if not _is_number(quantile) or not 0 < quantile < 1:
                self._fault(
                    _("{where}: a quantile lies between 0 and 1.", where=where), column="quantile"
                )
            if "op" in table:
                self._fault(
                    _("{where} takes `direction`, not `op`, with `quantile`.", where=where),
                    column="op",
                )
            return False
        numbers = _listed(table["value"])
        if not numbers or not all(_is_number(number) for number in numbers):
            self._fault(
                _("{where}: `value` is a number, or a list for `in`.", where=where), column="value"
            )
            return False
        if "op" not in table or (table["op"] != "in" and len(numbers) != 1):
            self._fault(
                _("{where} needs an `op`, and one value unless it is `in`.", where=where),
                column="op",
            )
        for key in ("direction", "reference"):
            if key in table:
                self._fault(
                    _(
                        "{where}: `{key}` goes with `quantile`, not with `value`.",
                        where=where,
                        key=key,
                    ),
                    column=key,
                )
        return True

    def _text(self, table: Mapping[str, Any], key: str) -> Text | str:
        text = table.get(key, "")
        languages = text.values() if isinstance(text, dict) else [text]
        if not all(isinstance(words, str) for words in languages):
            self._fault(_("`{key}` is a text, or one in each language.", key=key), column=key)
            return ""
        return text

    def _check_keys(self, table: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
        for key in table:
            if key not in known:
                self._fault(
                    _("{what} has no key {key}.", what=what, key=shown(key)),
                    column=key,
                    remedy=nearest(key, known),
                    kind="unknown-key",
                )

    def _fault(
        self, message: str, *, column: str | None = None, remedy: str = "", kind: str = "rule"
    ) -> None:
        self.faults.append(Fault(message, file=self.file, column=column, remedy=remedy, kind=kind))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and value == value and abs(value) != float("inf")
