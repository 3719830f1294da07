"""The options of the `[recipe]` table: names, types, bounds, and messages about others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Discriminator, Field, model_validator

from zoneblanche.geo.errors import nearest, shown
from zoneblanche.geo.files.structured.toml_model import (
    Number,
    Prose,
    Refusal,
    Title,
    TomlTable,
    branch,
    expected,
    refused,
    unfit,
)
from zoneblanche.geo.messages import EMPTY, _, quantity
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.index.recipe.errors import Law
from zoneblanche.layers.index.recipe.recipe import (
    Aggregate,
    Coarse,
    Impute,
    Incomplete,
    Normalise,
    Orientation,
    Scale,
    Treat,
    Weighting,
)

ID = r"^[A-Za-z0-9_-]+$"
"""Pattern of the id of a recipe or a dimension, which is the name of a column."""

_FOUND_WEIGHTS = [name for name in get_args(Weighting) if name != "given"]


def _checked_weights(weights: Any) -> Any:
    if isinstance(weights, str):
        if weights not in _FOUND_WEIGHTS:
            raise refused(
                _("{weights} is not a way to find weights.", weights=repr(weights)),
                remedy=nearest(weights, _FOUND_WEIGHTS),
                kind="weights",
            )
        return weights
    if not isinstance(weights, Mapping):
        raise refused(
            _("weights are a table of numbers, or equal, pca or effective."), kind="weights"
        )
    for name, weight in weights.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise refused(
                _("the weight of {name} is not a number.", name=repr(name)), kind="weights"
            )
        if not math.isfinite(weight) or weight < 0:
            raise refused(
                _(
                    "the weight of {name} is {weight}; weights are ≥ 0.",
                    name=repr(name),
                    weight=weight,
                ),
                kind="weights",
            )
    if not math.isfinite(sum(weights.values())):
        sentence = _("the weights are too large to be added up; write smaller ones.")
        raise refused(sentence, kind="weights")
    if not sum(weights.values()) > 0:
        raise refused(_("the weights sum to zero; at least one must be above it."), kind="weights")
    return {name: float(weight) for name, weight in weights.items()}


def _rising(pair: Any) -> Any:
    numbers = isinstance(pair, list | tuple) and all(
        isinstance(end, int | float) and not isinstance(end, bool) and math.isfinite(end)
        for end in pair
    )
    if not numbers or len(pair) != 2:
        raise refused(
            _("expected two numbers, [low, high]; got {pair}.", pair=shown(pair)), kind="pair"
        )
    if not pair[0] < pair[1]:
        raise refused(
            _(
                "[{pair}, {pair_2}] is not [low, high] with low below high. Where a "
                'low value is the good one, write better = "lower" and keep the order.',
                pair=f"{pair[0]:g}",
                pair_2=f"{pair[1]:g}",
            ),
            kind="reversed",
        )
    return float(pair[0]), float(pair[1])


def _checked_share(share: Any) -> Any:
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        percent = isinstance(share, int | float) and 1 < share <= 100
        remedy = (
            _("Write {share} for {share_2} %.", share=f"{share / 100:g}", share_2=quantity(share))
            if percent
            else EMPTY
        )
        sentence = _("a share is a number from 0 to 1, not {share}.", share=shown(share))
        raise refused(sentence, remedy=remedy, kind="share")
    return float(share)


def _checked_better(better: Any) -> Any:
    if better not in ("higher", "lower"):
        raise refused(
            _("better is higher or lower, not {better}.", better=shown(better)), kind="better"
        )
    return better


_CHOSEN = [name for name in get_args(Normalise) if name not in ("mpi", "ampi")]


def _checked_normalise(name: Any) -> Any:
    if name not in _CHOSEN:
        raise refused(
            _("{name} is not a normalisation.", name=shown(name)),
            remedy=nearest(str(name), _CHOSEN, count=20),
            kind="normalise",
        )
    return name


Share = Annotated[float, BeforeValidator(_checked_share)]
Pair = Annotated[tuple[float, float], BeforeValidator(_rising)]
Weights = Annotated[Any, BeforeValidator(_checked_weights)]
Normalised = Annotated[Normalise, BeforeValidator(_checked_normalise)]
Direction = Annotated[Any, BeforeValidator(_checked_better)]


class _Options(TomlTable):
    """Options are looked for by name: those that there are come with what is said of others."""

    @classmethod
    def refuse_unknown(cls, key: str, value: Any) -> Refusal:
        """In the words of a recipe."""
        suggestion = nearest(key, cls.known_keys(), count=30)
        return Refusal(
            _("{parts} is not an option here.", parts=repr(key)), suggestion, "unknown-option"
        )


_REASONS = [reason.name.lower().replace("_", "-") for reason in Reason if reason]


def _checked_reasons(names: Any) -> Any:
    for name in names if isinstance(names, list) else ():
        if name not in _REASONS:
            raise refused(
                _("{name} is not a reason for a missing cell.", name=shown(name)),
                remedy=nearest(str(name), _REASONS, count=12),
                kind="reason",
            )
    return names


class RegressionTable(_Options):
    """`[recipe.indicators.<id>.regression]`: how its missing cells are estimated."""

    on: dict[str, Scale] = Field(default_factory=dict)
    scale: Scale = "linear"
    group: str | None = None
    shrink: Annotated[Number, Field(ge=0)] = 5.0
    reasons: Annotated[list[str], BeforeValidator(_checked_reasons)] = Field(
        default_factory=lambda: ["secret"]
    )


NotNegative = Annotated[Number, Field(ge=0)]


def _one_shift(shift: Any) -> Any:
    pair = list(shift.items()) if isinstance(shift, Mapping) else []
    if len(pair) != 1 or pair[0][0] not in ("uniform", "normal"):
        raise refused(
            unfit(shift, _("{ uniform = [low, high] } or { normal = [mean, deviation] }")),
            kind="shift",
        )
    law, ends = pair[0]
    if law == "uniform":
        return {law: _rising(ends)}
    if not (isinstance(ends, list) and len(ends) == 2 and all(map(_is_number, ends))):
        raise refused(unfit(ends, _("[mean, deviation], two numbers")), kind="shift")
    return {law: (float(ends[0]), float(ends[1]))}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


class FlipsTable(_Options):
    """How often a yes or a no is wrong."""

    yes: Share = 0.0
    no: Share = 0.0
    no_with: dict[str, Share] = Field(default_factory=dict)


class RadiusTable(_Options):
    """A part of the scale of an error that grows with the territory."""

    share: NotNegative
    most: NotNegative | None = None


class WrongTable(_Options):
    """A figure that is sometimes simply wrong."""

    value: Number
    share: Share


class AreaTable(_Options):
    """An error that the territories of an area share."""

    level: str
    spread: NotNegative


class ErrorTable(_Options):
    """`[recipe.indicators.<id>.error]`: how far its figures may be from the truth, in its unit."""

    shift: Annotated[Any, BeforeValidator(_one_shift)] = None
    law: Law = "normal"
    spread: NotNegative = 0.0
    estimated: NotNegative | None = None
    per_point: NotNegative = 0.0
    per_root: NotNegative = 0.0
    sampling: bool = False
    size: list[str] = Field(default_factory=list)
    radius: RadiusTable | None = None
    factor: NotNegative = 0.0
    flips: FlipsTable | None = None
    wrong: WrongTable | None = None
    area: AreaTable | None = None
    within: NotNegative = 0.0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.per_root or self.sampling) and not self.size:
            raise refused(_("per_root and sampling need a size."), kind="error", key="size")
        others = self.model_fields_set - {"flips"}
        if self.flips is not None and others:
            raise refused(
                _("flips are of a yes or no, which has no other error."), kind="error", key="flips"
            )
        return self


def _error_form(error: Any) -> str:
    """Which form the error of an indicator takes."""
    return "<table>" if isinstance(error, Mapping) else "<number>"


Errors = Annotated[
    Annotated[ErrorTable, branch("table")] | Annotated[NotNegative, branch("number")],
    Discriminator(_error_form),
]


class IndicatorTable(_Options):
    """`[recipe.indicators.<id>]`: options of one indicator; the recipe gives those that are
    absent."""

    better: Direction = None
    normalise: Normalised | None = None
    treat: Treat | None = None
    impute: Impute | None = None
    goalposts: Pair | None = None
    range: Pair | None = None
    scale: Scale = "linear"
    target: Number | None = None
    denominator: str | None = None
    error: Errors | None = None
    regression: RegressionTable | None = None
    changeable: bool = True


def _form(indicators: Any) -> str:
    """Which form a recipe's `indicators` take."""
    return "<table>" if isinstance(indicators, Mapping) else "<list>"


Indicators = Annotated[
    Annotated[dict[str, IndicatorTable], branch("table")] | Annotated[list[str], branch("list")],
    Discriminator(_form),
]


class HandicapTable(_Options):
    """The scores of a dimension that count as a handicap."""

    op: Literal["<", "<=", ">", ">="]
    value: Number


class DimensionTable(_Options):
    """`[recipe.dimensions.<id>]`; the dimension around it gives the options that are absent."""

    title: Title = None
    weights: Weights = None
    indicators: list[str] = Field(default_factory=list)
    aggregate: Aggregate | None = None
    power: Number | None = None
    min_available: Share | None = None
    handicap: HandicapTable | None = None
    dimensions: dict[str, DimensionTable] = Field(default_factory=dict)


class UncertaintyTable(_Options):
    """`[recipe.uncertainty]`: what the draws behind the rank intervals vary."""

    weights: Share = 0.25
    normalise: list[Normalised] = Field(default_factory=list)
    aggregate: list[Aggregate] = Field(default_factory=list)
    treat: list[Treat] = Field(default_factory=list)
    impute: list[Impute] = Field(default_factory=list)
    leave_out: bool = False
    equal: bool = False
    goalposts: list[Annotated[Number, Field(gt=0)]] = Field(default_factory=list)
    floor: NotNegative = 0.0


class ClassTable(_Options):
    """`[recipe.classes.<name>]`: a class of scores with a title."""

    range: Pair
    title: Title = None


def _class_form(value: Any) -> str:
    """Which form a class of a recipe takes."""
    return "<table>" if isinstance(value, Mapping) else "<pair>"


Classes = dict[
    str,
    Annotated[
        Annotated[ClassTable, branch("table")] | Annotated[Pair, branch("pair")],
        Discriminator(_class_form),
    ],
]


class RecipeTable(_Options):
    """`[recipe]`."""

    id: Annotated[str, Field(pattern=ID), expected(_("letters, digits, - and _"))] | None = None
    title: Title = None
    description: Prose = ""
    references: list[str] = Field(default_factory=list)
    weights: Weights = "equal"
    indicators: Indicators = Field(default_factory=dict)
    dimensions: dict[str, DimensionTable] = Field(default_factory=dict)
    normalise: Normalised | None = None
    aggregate: Aggregate = "arithmetic"
    treat: Treat = "none"
    impute: Impute = "none"
    min_available: Share = 0.67
    required: list[str] = Field(default_factory=list)
    min_dimensions: Annotated[int, Field(ge=0)] = 0
    inhabited: bool = False
    incomplete: Incomplete = "ranked"
    coarse: Coarse = "refuse"
    orientation: Orientation = "better"
    range: Pair = (0.0, 100.0)
    goalposts: Pair | None = None
    power: Number = 1.0
    group: str | None = None
    reference: str | None = None
    max_winsorised: Annotated[int, Field(ge=0)] = 5
    skew: Annotated[float, Field(gt=0)] = 2.0
    kurtosis: Annotated[float, Field(gt=0)] = 3.5
    boxcox: Number = 0.5
    draws: Annotated[int, Field(ge=0, le=1_000_000)] = 500
    seed: Annotated[int, Field(ge=0)] = 20260101
    uncertainty: UncertaintyTable = UncertaintyTable()
    classes: Classes = Field(default_factory=dict)
