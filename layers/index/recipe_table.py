"""The `[recipe]` table: what it may hold, and the recipe that it describes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, cast, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from geo.errors import Fault, InputError, nearest, shown
from layers.index.recipe import (
    MAZZIOTTA_PARETO,
    Aggregate,
    Dimension,
    Element,
    Impute,
    Normalise,
    Orientation,
    Recipe,
    Treat,
    Uncertainty,
    Weighting,
)
from layers.indicator import Indicator

_FOUND_WEIGHTS = [name for name in get_args(Weighting) if name != "given"]


def _refused(kind: str, sentence: str) -> PydanticCustomError:
    return PydanticCustomError(kind, "{sentence}", {"sentence": sentence})


def _checked_weights(weights: Any) -> Any:
    if isinstance(weights, str):
        if weights not in _FOUND_WEIGHTS:
            raise _refused(
                "weights",
                f"{weights!r} is no way to find weights. {nearest(weights, _FOUND_WEIGHTS)}",
            )
        return weights
    if not isinstance(weights, Mapping):
        raise _refused("weights", "weights are a table of numbers, or equal, pca or effective.")
    for name, weight in weights.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise _refused("weights", f"the weight of {name!r} is not a number.")
        if not math.isfinite(weight) or weight < 0:
            raise _refused("weights", f"the weight of {name!r} is {weight}; weights are ≥ 0.")
    if not sum(weights.values()) > 0:
        raise _refused("weights", "the weights sum to zero; at least one must be above it.")
    return {name: float(weight) for name, weight in weights.items()}


def _rising(pair: tuple[float, float]) -> tuple[float, float]:
    if not pair[0] < pair[1]:
        raise _refused(
            "reversed",
            f"[{pair[0]:g}, {pair[1]:g}] is not [low, high] with low below high. Where a low "
            'value is the good one, write better = "lower" and keep the order.',
        )
    return pair


def _checked_better(better: Any) -> Any:
    if better not in ("higher", "lower"):
        raise _refused("better", f"better is higher or lower, not {shown(better)}.")
    return better


def _some_text(text: Any) -> Any:
    if isinstance(text, str) and text.strip():
        return text
    if isinstance(text, Mapping) and text and all(isinstance(part, str) for part in text.values()):
        return dict(text)
    raise _refused("text", "a title is a text, or one text a language: { fr = …, en = … }.")


_CHOSEN = [name for name in get_args(Normalise) if name not in ("mpi", "ampi")]


def _checked_normalise(name: Any) -> Any:
    if name not in _CHOSEN:
        raise _refused(
            "normalise",
            f"{shown(name)} is no normalisation. {nearest(str(name), _CHOSEN, count=20)}",
        )
    return name


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Pair = Annotated[tuple[Number, Number], AfterValidator(_rising)]
Title = Annotated[Any, BeforeValidator(_some_text)]
Weights = Annotated[Any, BeforeValidator(_checked_weights)]
Normalised = Annotated[Normalise, BeforeValidator(_checked_normalise)]
Direction = Annotated[Any, BeforeValidator(_checked_better)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IndicatorTable(_Table):
    """`[recipe.indicators.<id>]`: options of one indicator; what it leaves out is the recipe's."""

    better: Direction = None
    normalise: Normalised | None = None
    treat: Treat | None = None
    impute: Impute | None = None
    goalposts: Pair | None = None
    range: Pair | None = None
    target: Number | None = None
    error: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] | None = None


class DimensionTable(_Table):
    """`[recipe.dimensions.<id>]`; what it leaves out is that of the dimension around it."""

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

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] | None = None
    title: Title = None
    description: Title = ""
    references: list[str] = []
    weights: Weights = "equal"
    indicators: dict[str, IndicatorTable] | list[str] = {}
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


def recipe_of(
    table: Mapping[str, Any],
    *,
    file: str,
    indicators: Mapping[str, Indicator] | Iterable[str] | None,
    recipe_id: str,
) -> Recipe:
    """See `layers.index.recipe.recipe_from_table`."""
    try:
        options = RecipeTable.model_validate(dict(table))
    except ValidationError as error:
        raise InputError([_fault(detail, file) for detail in error.errors()]) from error
    tree = _Tree(options, file=file, indicators=_known(indicators))
    root = tree.root(options.id or recipe_id)
    faults = tree.faults or _option_faults(options, root, file)
    if faults:
        raise InputError(faults)
    root = _standardised(root, outer=None)
    uncertain = options.uncertainty
    return Recipe(
        id=root.id,
        title=options.title or root.id,
        root=root,
        description=options.description,
        references=tuple(options.references),
        file=file,
        uncertainty=Uncertainty(
            weights=uncertain.weights,
            normalise=tuple(uncertain.normalise),
            aggregate=tuple(uncertain.aggregate),
            treat=tuple(uncertain.treat),
            impute=tuple(uncertain.impute),
            leave_out=uncertain.leave_out,
        ),
        **{name: getattr(options, name) for name in _PLAIN},
    )


_PLAIN = (
    "orientation",
    "min_available",
    "group",
    "reference",
    "max_winsorised",
    "skew",
    "kurtosis",
    "boxcox",
    "draws",
    "seed",
)


def _known(indicators: Mapping[str, Indicator] | Iterable[str] | None) -> dict[str, bool] | None:
    """Ids of what there is to choose from, and whether each has a direction."""
    if indicators is None:
        return None
    if isinstance(indicators, Mapping):
        measured = ("indicator", "context")
        return {
            name: indicator.better is not None and indicator.role in measured
            for name, indicator in indicators.items()
        }
    return dict.fromkeys(indicators, True)


@dataclass
class _Tree:
    """Builds the dimensions, collecting what is wrong with them."""

    options: RecipeTable
    file: str
    indicators: dict[str, bool] | None
    faults: list[Fault] = field(default_factory=list)
    declared: dict[str, tuple[str, DimensionTable]] = field(default_factory=dict)
    nested: set[str] = field(default_factory=set)
    placed: dict[str, str] = field(default_factory=dict)

    def root(self, recipe_id: str) -> Dimension:
        options = self.options
        self._declare(options.dimensions, "recipe.dimensions", inside=False)
        for name, (_, table) in self.declared.items():
            if isinstance(table.weights, dict):
                self.nested |= set(table.weights) & set(self.declared) - {name}
        listed = options.indicators if isinstance(options.indicators, list) else []
        top = DimensionTable.model_construct(
            title=options.title,
            weights=options.weights,
            indicators=listed or self._all_indicators(),
            aggregate=options.aggregate,
            power=options.power,
            min_available=0.0,
            dimensions={n: t for n, t in options.dimensions.items() if n not in self.nested},
        )
        around = Dimension(recipe_id, "", (), {})
        if self.declared and not (top.dimensions or top.indicators or options.weights != "equal"):
            # Every dimension stands in another: build from one of them, to show the chain.
            top = top.model_copy(update={"indicators": list(self.declared)[:1]})
        root = self._dimension(recipe_id, top, path="recipe", around=around, inside=())
        lost = [name for name in self.declared if name not in self.placed]
        for name in lost if not self.faults else ():
            self._fault(
                self.declared[name][0],
                f"the dimension {name!r} is no part of the index: nothing that leads to it "
                "starts from the recipe itself (a cycle, or a missing weight).",
                kind="cycle",
            )
        self._check_overrides()
        return root

    def _all_indicators(self) -> list[str]:
        """Of a recipe that lists none and has no dimension."""
        if self.options.dimensions or isinstance(self.options.weights, dict):
            return []
        if self.indicators is None:
            return list(self.options.indicators)
        overridden = self.options.indicators
        return [n for n, directed in self.indicators.items() if directed or n in overridden]

    def _declare(self, tables: Mapping[str, DimensionTable], path: str, *, inside: bool) -> None:
        for name, table in tables.items():
            here = f"{path}.{name}"
            if name in self.declared or (self.indicators and name in self.indicators):
                what = "dimension" if name in self.declared else "indicator"
                self._fault(
                    here,
                    f"there is already {'an' if what[0] == 'i' else 'a'} {what} {name!r}.",
                    remedy="Give the dimension another id.",
                    kind="duplicate-dimension",
                )
            self.declared[name] = (here, table)
            if inside:
                self.nested.add(name)
            self._declare(table.dimensions, f"{here}.dimensions", inside=True)

    def _dimension(
        self,
        name: str,
        table: DimensionTable,
        *,
        path: str,
        around: Dimension,
        inside: tuple[str, ...],
    ) -> Dimension:
        given = table.weights if isinstance(table.weights, dict) else None
        names = list(dict.fromkeys([*(given or ()), *table.indicators, *table.dimensions]))
        if not names:
            self._fault(path, "it names no indicator.", kind="empty-dimension")
        for child in names if given is not None else ():
            if child not in given:  # type: ignore[operator]
                self._fault(f"{path}.weights", f"{child!r} has no weight.", kind="no-weight")
        weighting = "given" if given is not None else (table.weights or _found(around))
        settings = Dimension(
            id=name,
            title=table.title or name,
            children=(),
            weights={},
            weighting=weighting,
            aggregate=table.aggregate or around.aggregate,
            power=around.power if table.power is None else table.power,
            min_available=table.min_available or 0.0,
        )
        children = [
            built
            for child in names
            if (built := self._child(child, path=path, around=settings, inside=(*inside, name)))
        ]
        weights = {child.id: given.get(child.id, 0.0) if given else 1.0 for child in children}
        return replace(settings, children=tuple(children), weights=weights)

    def _child(
        self, name: str, *, path: str, around: Dimension, inside: tuple[str, ...]
    ) -> Dimension | Element | None:
        if name in inside:
            chain = " → ".join((*inside[inside.index(name) :], name))
            self._fault(path, f"the dimensions run in a cycle: {chain}.", kind="cycle")
            return None
        if name in self.placed:
            self._fault(
                path,
                f"{name!r} stands in {self.placed[name]!r} already; it can count only once.",
                kind="duplicate-element",
            )
            return None
        self.placed[name] = around.id
        if name in self.declared:
            where, table = self.declared[name]
            return self._dimension(name, table, path=where, around=around, inside=inside)
        if self.indicators is not None and name not in self.indicators:
            self._fault(
                path,
                f"there is no indicator {name!r}.",
                remedy=nearest(name, [*self.indicators, *self.declared]),
                kind="unknown-indicator",
            )
            return None
        return self._element(name)

    def _element(self, name: str) -> Element:
        options = self.options
        overrides = options.indicators if isinstance(options.indicators, dict) else {}
        own = overrides.get(name, IndicatorTable())
        goalposts = own.goalposts or options.goalposts
        return Element(
            id=name,
            better=own.better,
            normalise=own.normalise
            or ("goalposts" if own.goalposts else options.normalise)
            or ("goalposts" if goalposts else "minmax"),
            treat=own.treat or options.treat,
            impute=own.impute or options.impute,
            goalposts=goalposts,
            range=own.range or options.range,
            target=own.target,
            error=own.error or 0.0,
        )

    def _check_overrides(self) -> None:
        overrides = self.options.indicators
        for name in overrides if isinstance(overrides, dict) else ():
            if name not in self.placed and name not in self.declared:
                used = [child for child in self.placed if child not in self.declared]
                self._fault(
                    f"recipe.indicators.{name}",
                    f"the recipe does not use {name!r}.",
                    remedy=nearest(name, used),
                    kind="unknown-indicator",
                )

    def _fault(self, path: str, message: str, *, remedy: str = "", kind: str) -> None:
        self.faults.append(Fault(message, file=self.file, column=path, remedy=remedy, kind=kind))


def _found(around: Dimension) -> Weighting:
    """What a dimension without weights of its own does: as the one around it, if it finds them."""
    return "equal" if around.weighting == "given" else around.weighting


def _standardised(dimension: Dimension, *, outer: Normalise | None) -> Dimension:
    """With the indicators under a Mazziotta-Pareto mean standardised as the nearest one does."""
    own = dimension.aggregate.partition("-")[0]
    outer = cast("Normalise", own) if dimension.aggregate in MAZZIOTTA_PARETO else outer
    children = tuple(
        _standardised(child, outer=outer)
        if isinstance(child, Dimension)
        else (replace(child, normalise=outer) if outer else child)
        for child in dimension.children
    )
    return replace(dimension, children=children)


def _option_faults(options: RecipeTable, root: Dimension, file: str) -> list[Fault]:
    """Options that contradict each other."""
    faults = []

    def fault(path: str, message: str, remedy: str = "", kind: str = "option") -> None:
        faults.append(Fault(message, file=file, column=path, remedy=remedy, kind=kind))

    everything = (*root.dimensions(), root)
    mazziotta = sorted({d.aggregate for d in everything} & MAZZIOTTA_PARETO)
    own = options.indicators if isinstance(options.indicators, dict) else {}
    chosen: dict[str, RecipeTable | IndicatorTable] = {"recipe": options}
    chosen |= {f"recipe.indicators.{name}": own[name] for name in own}
    for path, table in chosen.items() if mazziotta else ():
        if table.normalise is not None:
            fault(
                f"{path}.normalise",
                f"{mazziotta[0]} standardises for itself and takes no other normalise.",
                "Leave normalise out.",
                "normalise",
            )
    kinds = {e.normalise for e in _standardised(root, outer=None).elements()}
    if mazziotta and len(kinds) > 1:
        fault(
            "recipe.aggregate",
            f"{mazziotta[0]} has a scale of its own; the indicators outside it are on another.",
            "Write the same Mazziotta-Pareto mean in every dimension that holds indicators.",
            "aggregate",
        )
    for dimension in everything:
        if dimension.aggregate == "generalised" and dimension.power == 0:
            fault(
                "recipe.power",
                "a generalised mean with power 0 is the geometric mean.",
                'Write aggregate = "geometric".',
            )
    grouped = any(e.impute.startswith("group") for e in root.elements())
    if grouped and options.group is None:
        fault("recipe.group", "group imputation needs a group: a column or a level.")
    for element in root.elements():
        if element.normalise == "dist2targ" and element.target is None:
            fault(f"recipe.indicators.{element.id}.target", "dist2targ needs a target.")
        if element.normalise == "dist2ref" and options.reference is None:
            fault("recipe.reference", "dist2ref needs a reference: the code of a territory.")
    return faults


def _fault(detail: ErrorDetails, file: str) -> Fault:
    """A validation error as a sentence, with the path of its key."""
    parts = [str(part) for part in detail["loc"] if not _is_type_name(part)]
    path = ".".join(["recipe", *parts])
    got, context = detail["input"], detail.get("ctx", {})
    if detail["type"] == "extra_forbidden":
        known = _fields_at(parts[:-1])
        return Fault(
            f"{parts[-1]!r} is not an option here.",
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
            f"{shown(got)} is not a choice here.",
            file=file,
            column=path,
            value=str(got),
            remedy=nearest(str(got), choices, count=20),
            kind="unknown-choice",
        )
    sentence = context.get("sentence") or f"{detail['msg']}; got {shown(got)}."
    return Fault(sentence, file=file, column=path, value=str(got), kind=detail["type"])


def _is_type_name(part: int | str) -> bool:
    """Whether pydantic put it into the path for a branch of a union."""
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
