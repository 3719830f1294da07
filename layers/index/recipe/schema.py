"""The options of the `[recipe]` table: names, types, bounds, and messages about others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from zoneblanche.geo.errors import Fault, InputError, nearest, shown
from zoneblanche.geo.library_messages import model_message
from zoneblanche.geo.messages import _, quantity
from zoneblanche.layers.index.recipe.recipe import (
    Aggregate,
    Impute,
    Normalise,
    Orientation,
    Scale,
    Treat,
    Weighting,
)

ID = r"^[A-Za-z0-9_-]+$"
"""Pattern of the id of a recipe or a dimension, which is the name of a column."""

_FOUND_WEIGHTS = [name for name in get_args(Weighting) if name != "given"]


def _refused(kind: str, sentence: str) -> PydanticCustomError:
    return PydanticCustomError(kind, "{sentence}", {"sentence": sentence})


def _checked_weights(weights: Any) -> Any:
    if isinstance(weights, str):
        if weights not in _FOUND_WEIGHTS:
            raise _refused(
                "weights",
                _(
                    "{weights} is no way to find weights. {nearest}",
                    weights=repr(weights),
                    nearest=nearest(weights, _FOUND_WEIGHTS),
                ),
            )
        return weights
    if not isinstance(weights, Mapping):
        raise _refused("weights", _("weights are a table of numbers, or equal, pca or effective."))
    for name, weight in weights.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise _refused("weights", _("the weight of {name} is not a number.", name=repr(name)))
        if not math.isfinite(weight) or weight < 0:
            raise _refused(
                "weights",
                _(
                    "the weight of {name} is {weight}; weights are ≥ 0.",
                    name=repr(name),
                    weight=weight,
                ),
            )
    if not math.isfinite(sum(weights.values())):
        raise _refused(
            "weights", _("the weights are too large to be added up; write smaller ones.")
        )
    if not sum(weights.values()) > 0:
        raise _refused("weights", _("the weights sum to zero; at least one must be above it."))
    return {name: float(weight) for name, weight in weights.items()}


def _rising(pair: Any) -> Any:
    numbers = isinstance(pair, list | tuple) and all(
        isinstance(end, int | float) and not isinstance(end, bool) and math.isfinite(end)
        for end in pair
    )
    if not numbers or len(pair) != 2:
        raise _refused(
            "pair", _("two numbers are wanted, [low, high]; got {pair}.", pair=shown(pair))
        )
    if not pair[0] < pair[1]:
        raise _refused(
            "reversed",
            _(
                "[{pair}, {pair_2}] is not [low, high] with low below high. Where a "
                'low value is the good one, write better = "lower" and keep the order.',
                pair=f"{pair[0]:g}",
                pair_2=f"{pair[1]:g}",
            ),
        )
    return float(pair[0]), float(pair[1])


def _checked_share(share: Any) -> Any:
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        percent = isinstance(share, int | float) and 1 < share <= 100
        remedy = (
            _(" Write {share} for {share_2} %.", share=f"{share / 100:g}", share_2=quantity(share))
            if percent
            else ""
        )
        raise _refused(
            "share",
            _(
                "a share is a number from 0 to 1, not {share}.{remedy}",
                share=shown(share),
                remedy=remedy,
            ),
        )
    return float(share)


def _checked_better(better: Any) -> Any:
    if better not in ("higher", "lower"):
        raise _refused(
            "better", _("better is higher or lower, not {better}.", better=shown(better))
        )
    return better


def _some_text(text: Any) -> Any:
    if isinstance(text, str) and text.strip():
        return text
    if isinstance(text, Mapping) and text and all(isinstance(part, str) for part in text.values()):
        return dict(text)
    raise _refused("text", _("a title is a text, or one text a language: { fr = …, en = … }."))


_CHOSEN = [name for name in get_args(Normalise) if name not in ("mpi", "ampi")]


def _checked_normalise(name: Any) -> Any:
    if name not in _CHOSEN:
        raise _refused(
            "normalise",
            _(
                "{name} is no normalisation. {nearest}",
                name=shown(name),
                nearest=nearest(str(name), _CHOSEN, count=20),
            ),
        )
    return name


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Share = Annotated[float, BeforeValidator(_checked_share)]
Pair = Annotated[tuple[float, float], BeforeValidator(_rising)]
Title = Annotated[Any, BeforeValidator(_some_text)]
Weights = Annotated[Any, BeforeValidator(_checked_weights)]
Normalised = Annotated[Normalise, BeforeValidator(_checked_normalise)]
Direction = Annotated[Any, BeforeValidator(_checked_better)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IndicatorTable(_Table):
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
    error: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] | None = None


def _form(indicators: Any) -> str:
    """Return the form of a recipe's `indicators`, named the way pydantic names branches."""
    return "dict[]" if isinstance(indicators, Mapping) else "list[]"


Indicators = Annotated[
    Annotated[dict[str, IndicatorTable], Tag("dict[]")] | Annotated[list[str], Tag("list[]")],
    Discriminator(_form),
]


class DimensionTable(_Table):
    """`[recipe.dimensions.<id>]`; the dimension around it gives the options that are absent."""

    title: Title = None
    weights: Weights = None
    indicators: list[str] = []
    aggregate: Aggregate | None = None
    power: Number | None = None
    min_available: Share | None = None
    dimensions: dict[str, DimensionTable] = {}


class UncertaintyTable(_Table):
    """`[recipe.uncertainty]`: what the draws behind the rank intervals vary."""

    weights: Share = 0.25
    normalise: list[Normalised] = []
    aggregate: list[Aggregate] = []
    treat: list[Treat] = []
    impute: list[Impute] = []
    leave_out: Annotated[bool, Field(strict=True)] = False


class RecipeTable(_Table):
    """`[recipe]`."""

    id: Annotated[str, Field(pattern=ID)] | None = None
    title: Title = None
    description: Title = ""
    references: list[str] = []
    weights: Weights = "equal"
    indicators: Indicators = {}
    dimensions: dict[str, DimensionTable] = {}
    normalise: Normalised | None = None
    aggregate: Aggregate = "arithmetic"
    treat: Treat = "none"
    impute: Impute = "none"
    min_available: Share = 0.67
    orientation: Orientation = "better"
    range: Pair = (0.0, 100.0)
    goalposts: Pair | None = None
    power: Number = 1.0
    group: str | None = None
    reference: str | None = None
    max_winsorised: Annotated[int, Field(strict=True, ge=0)] = 5
    skew: Annotated[float, Field(strict=True, gt=0)] = 2.0
    kurtosis: Annotated[float, Field(strict=True, gt=0)] = 3.5
    boxcox: Number = 0.5
    draws: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 500
    seed: Annotated[int, Field(strict=True, ge=0)] = 20260101
    uncertainty: UncertaintyTable = UncertaintyTable()


def read_options(table: Mapping[str, Any], *, file: str) -> RecipeTable:
    """Return the options of a `[recipe]` table.

    Raises:
        InputError: one fault for each unknown key or invalid value, with its path.
    """
    try:
        return RecipeTable.model_validate(dict(table))
    except ValidationError as error:
        raise InputError([_fault(detail, file) for detail in error.errors()]) from error


def _fault(detail: ErrorDetails, file: str) -> Fault:
    """Return a validation error as a sentence, with the path of its key."""
    parts = [str(part) for part in detail["loc"] if not _is_type_name(part)]
    path = ".".join(["recipe", *parts])
    got, context = detail["input"], detail.get("ctx", {})
    if detail["type"] == "extra_forbidden":
        known = _fields_at(parts[:-1])
        return Fault(
            _("{parts} is not an option here.", parts=repr(parts[-1])),
            file=file,
            column=path,
            remedy=nearest(parts[-1], known, count=30),
            kind="unknown-option",
        )
    if detail["type"] == "literal_error":
        choices = [
            choice.strip(" '") for choice in context["expected"].replace(" or ", ",").split(",")
        ]
        return Fault(
            _("{got} is not a choice here.", got=shown(got)),
            file=file,
            column=path,
            value=str(got),
            remedy=nearest(str(got), choices, count=20),
            kind="unknown-choice",
        )
    sentence = context.get("sentence") or _(
        "{message}; got {got}.", message=model_message(detail), got=shown(got)
    )
    return Fault(sentence, file=file, column=path, value=str(got), kind=detail["type"])


def _is_type_name(part: int | str) -> bool:
    """Return whether pydantic added it to the path for a branch of a union."""
    return isinstance(part, str) and (part.startswith(("dict[", "list[")))


def _fields_at(parts: list[str]) -> list[str]:
    model: type[BaseModel] = RecipeTable
    if parts and parts[-1] == "uncertainty":
        model = UncertaintyTable
    elif len(parts) >= 2 and parts[-2] == "indicators":
        model = IndicatorTable
    elif len(parts) >= 2 and parts[-2] == "dimensions":
        model = DimensionTable
    return list(model.model_fields)
