"""What the TOML file of a flag's rule says: docs/flags.md."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, ValidationInfo, model_validator

from zoneblanche.geo.errors import nearest, shown
from zoneblanche.geo.files.structured.toml_model import (
    Line,
    Refusal,
    Title,
    TomlTable,
    Words,
    branch,
    expected,
    refused,
)
from zoneblanche.geo.messages import _

Op = Literal["<", "<=", ">", ">=", "in"]
Direction = Literal["worst", "best"]
Reference = Literal["territories", "population"]
IfMissing = Literal["unknown", "skip"]


_ID_NEEDED = _("a rule needs an id of letters, digits, - and _.")


def _id(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", value):
        raise refused(_ID_NEEDED, kind="rule")
    return value


def _a_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _indicators(value: Any) -> Any:
    ids = _a_list(value)
    if not ids or not all(isinstance(name, str) and name for name in ids):
        raise refused(_("a condition names an `indicator`."), kind="rule")
    return ids


def _members(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, list) or not value:
        raise refused(
            _("`{joint}` must be a list of at least one condition.", joint=info.field_name),
            kind="rule",
        )
    return value


def _member(value: Any) -> Any:
    if not isinstance(value, dict):
        raise refused(
            _("a member of a group is a table, not {member}.", member=shown(value)), kind="rule"
        )
    return value


def _numbers(value: Any) -> Any:
    numbers = _a_list(value)
    if not numbers or not all(
        isinstance(number, int | float) and not isinstance(number, bool) for number in numbers
    ):
        raise refused(_("`value` is a number, or a list for `in`."), kind="rule")
    return [float(number) for number in numbers]


def _share(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise refused(
            _("a quantile lies between 0 and 1, got {quantile}.", quantile=shown(value)),
            kind="rule",
        )
    return value


def _choice(name: str, *choices: str) -> BeforeValidator:
    def validate(value: Any) -> Any:
        if value not in choices:
            raise refused(
                _("{choice} is no {key}.", choice=shown(value), key=name),
                remedy=nearest(str(value), choices),
                kind="rule",
            )
        return value

    return BeforeValidator(validate)


class ConditionTable(TomlTable):
    """A comparison of an indicator with a threshold, or with a share of territories or people."""

    indicator: Annotated[list[str], BeforeValidator(_indicators)]
    op: Annotated[Op | None, _choice("op", "<", "<=", ">", ">=", "in")] = None
    value: Annotated[list[float] | None, BeforeValidator(_numbers)] = None
    quantile: Annotated[float | None, BeforeValidator(_share)] = None
    direction: Annotated[Direction, _choice("direction", "worst", "best")] = "worst"
    reference: Annotated[Reference, _choice("reference", "territories", "population")] = (
        "territories"
    )
    optional: Annotated[bool, expected(_("true or false"))] = False
    if_missing: Annotated[IfMissing, _choice("if_missing", "unknown", "skip")] = "unknown"

    @classmethod
    def refuse_unknown(cls, key: str, value: Any) -> Refusal:
        """In the words of a rule."""
        return _no_key(_("a condition"), key, cls)

    @classmethod
    def refuse_missing(cls, key: str) -> Refusal:
        """The indicator is the one key that every condition has."""
        return Refusal(_("a condition names an `indicator`."), kind="rule")

    @model_validator(mode="after")
    def _one_threshold(self) -> Self:
        where = _("the condition on {indicator}", indicator=repr(self.indicator[0]))
        if (self.value is None) == (self.quantile is None):
            raise refused(
                _("{where} must have either `op` and `value`, or `quantile`.", where=where),
                kind="rule",
            )
        if self.value is None:
            if self.op is not None:
                sentence = _("{where} takes `direction`, not `op`, with `quantile`.", where=where)
                raise refused(sentence, kind="rule", key="op")
            return self
        if self.op is None or (self.op != "in" and len(self.value) != 1):
            sentence = _("{where} needs an `op`, and one value unless it is `in`.", where=where)
            raise refused(sentence, kind="rule", key="op")
        for key in ("direction", "reference"):
            if key in self.model_fields_set:
                sentence = _(
                    "{where}: `{key}` goes with `quantile`, not with `value`.", where=where, key=key
                )
                raise refused(sentence, kind="rule", key=key)
        return self


class IncludedTable(TomlTable):
    """Another rule, whose conditions stand here."""

    rule: Line

    @classmethod
    def refuse_unknown(cls, key: str, value: Any) -> Refusal:
        """In the words of a rule."""
        return _no_key(_("an included rule"), key, cls)


class GroupTable(TomlTable):
    """Conditions of which all, or any, must hold."""

    title: Words = ""
    all: Members = None
    any: Members = None

    @classmethod
    def refuse_unknown(cls, key: str, value: Any) -> Refusal:
        """In the words of a rule."""
        return _no_key(_("the rule") if issubclass(cls, RuleTable) else _("a group"), key, cls)

    @model_validator(mode="after")
    def _one_joint(self) -> Self:
        if (self.all is None) == (self.any is None):
            where = _("the rule") if isinstance(self, RuleTable) else _("a group")
            raise refused(
                _(
                    "{where} must have either `all` or `any`, with a list of conditions.",
                    where=where,
                ),
                kind="rule",
            )
        return self


def _kind_of_member(value: Any) -> str:
    """Which of the three a member of a group is; one that has been checked is a model."""
    keys = value if isinstance(value, dict) else value.model_fields_set
    if "rule" in keys:
        return "<rule>"
    return "<group>" if "all" in keys or "any" in keys else "<condition>"


Member = Annotated[
    Annotated[ConditionTable, branch("condition")]
    | Annotated[GroupTable, branch("group")]
    | Annotated[IncludedTable, branch("rule")],
    Discriminator(_kind_of_member),
    BeforeValidator(_member),
]
Members = Annotated[list[Member] | None, BeforeValidator(_members)]


class RuleTable(GroupTable):
    """The whole file."""

    id: Annotated[str, BeforeValidator(_id)]
    title: Title
    method: Words = ""

    @classmethod
    def refuse_missing(cls, key: str) -> Refusal:
        """In the words of a rule."""
        return Refusal(_("a rule needs a title.") if key == "title" else _ID_NEEDED, kind="rule")


def _no_key(what: str, key: str, table: type[TomlTable]) -> Refusal:
    keys = table.known_keys()
    sentence = _("{what} has no key {key}.", what=what, key=shown(key))
    return Refusal(sentence, nearest(key, keys), "unknown-key")
