"""From the options of a `[recipe]` table to the recipe: its tree of dimensions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import cast

from zoneblanche.geo.errors import Fault, InputError, nearest, shown
from zoneblanche.geo.files.structured.toml import Document
from zoneblanche.geo.files.structured.toml_model import checked
from zoneblanche.geo.messages import _
from zoneblanche.layers.index.recipe.errors import Flips, MeasurementError, Shift
from zoneblanche.layers.index.recipe.recipe import (
    MAZZIOTTA_PARETO,
    Dimension,
    Element,
    Handicap,
    NamedClass,
    Normalise,
    Recipe,
    Regression,
    Uncertainty,
    Weighting,
)
from zoneblanche.layers.index.recipe.schema import (
    ID,
    ClassTable,
    DimensionTable,
    ErrorTable,
    IndicatorTable,
    RecipeTable,
    RegressionTable,
)
from zoneblanche.layers.indicator import Indicator


def recipe_of(
    document: Document,
    *,
    indicators: Mapping[str, Indicator] | Iterable[str] | None,
    recipe_id: str,
) -> Recipe:
    """The recipe of the `[recipe]` table of a document: see `recipe_file.recipe_from_table`."""
    options = checked(document, RecipeTable, at=("recipe",))
    tree = _Tree(options, file=document.file, indicators=_known(indicators))
    with document.locating():
        root = tree.root(options.id or recipe_id)
        faults = tree.faults or _option_faults(options, root, document.file)
        faults = faults + _class_faults(options, document.file)
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
        required=tuple(options.required),
        classes=_classes(options),
        file=document.file,
        uncertainty=Uncertainty(
            weights=uncertain.weights,
            normalise=tuple(uncertain.normalise),
            aggregate=tuple(uncertain.aggregate),
            treat=tuple(uncertain.treat),
            impute=tuple(uncertain.impute),
            leave_out=uncertain.leave_out,
            equal=uncertain.equal,
            goalposts=tuple(uncertain.goalposts),
            floor=uncertain.floor,
        ),
        **{name: getattr(options, name) for name in _PLAIN},
    )


MOST_CLASSES = 8
"""Number of classes that a recipe can name: a legend has colours for so many."""

_PLAIN = (
    "orientation",
    "min_available",
    "min_dimensions",
    "inhabited",
    "incomplete",
    "coarse",
    "group",
    "reference",
    "max_winsorised",
    "skew",
    "kurtosis",
    "boxcox",
    "draws",
    "seed",
)


def _classes(options: RecipeTable) -> tuple[NamedClass, ...]:
    """Return the named classes, the lowest first."""
    classes = [
        NamedClass(name, named.title or name, *named.range)
        if isinstance(named, ClassTable)
        else NamedClass(name, name, *named)
        for name, named in options.classes.items()
    ]
    return tuple(sorted(classes, key=lambda named: named.low))


def _class_faults(options: RecipeTable, file: str) -> list[Fault]:
    """Return the faults of named classes: one alone, too many, a gap or an overlap."""
    classes = _classes(options)
    if not classes:
        return []
    if not 2 <= len(classes) <= MOST_CLASSES:
        return [
            Fault(
                _(
                    "the recipe names {count} classes; it can name 2 to {most}.",
                    count=len(classes),
                    most=MOST_CLASSES,
                ),
                file=file,
                column="recipe.classes",
                kind="classes",
            )
        ]
    return [
        Fault(
            _(
                "{name} begins at {low}, and the class below it ends at {high}.",
                name=repr(upper.id),
                low=f"{upper.low:g}",
                high=f"{lower.high:g}",
            ),
            file=file,
            column=f"recipe.classes.{upper.id}",
            remedy=_("Begin each class where the one below it ends."),
            kind="classes",
        )
        for lower, upper in pairwise(classes)
        if lower.high != upper.low
    ]


def _known(indicators: Mapping[str, Indicator] | Iterable[str] | None) -> dict[str, bool] | None:
    """Return the ids of the available indicators, and whether a recipe that names none uses each:
    it has a direction, and is no earlier wave of another, which would count twice."""
    if indicators is None:
        return None
    if isinstance(indicators, Mapping):
        measured = ("indicator", "context")
        return {
            name: indicator.better is not None
            and indicator.role in measured
            and not indicator.wave_of
            for name, indicator in indicators.items()
        }
    return dict.fromkeys(indicators, True)


@dataclass
class _Tree:
    """Builds the dimensions, and collects their faults."""

    options: RecipeTable
    file: str
    indicators: dict[str, bool] | None
    faults: list[Fault] = field(default_factory=list)
    declared: dict[str, tuple[str, DimensionTable]] = field(default_factory=dict)
    nested: set[str] = field(default_factory=set)
    placed: dict[str, str] = field(default_factory=dict)

    def root(self, recipe_id: str) -> Dimension:
        options = self.options
        if self.indicators is not None and recipe_id in self.indicators:
            self._fault(
                "recipe.id",
                _("the index has the id of an indicator, {recipe_id}.", recipe_id=repr(recipe_id)),
                remedy=_("Give the recipe another id."),
                kind="duplicate-dimension",
            )
            return Dimension(recipe_id, "", (), {})
        self._declare(options.dimensions, "recipe.dimensions", inside=False)
        for name, (_unused, table) in self.declared.items():
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
            # Every dimension is part of another: build from one of them, to show the cycle.
            top = top.model_copy(update={"indicators": list(self.declared)[:1]})
        if self.faults:
            return around
        root = self._dimension(recipe_id, top, path="recipe", around=around, inside=())
        lost = [name for name in self.declared if name not in self.placed]
        for name in lost if not self.faults else ():
            self._fault(
                self.declared[name][0],
                _(
                    "the dimension {name} is not part of the index: no path leads to it from "
                    "the recipe itself (a cycle, or a missing weight).",
                    name=repr(name),
                ),
                kind="cycle",
            )
        self._check_overrides()
        return root

    def _all_indicators(self) -> list[str]:
        """Return all indicators, for a recipe that lists none and has no dimension."""
        if self.options.dimensions or isinstance(self.options.weights, dict):
            return []
        if self.indicators is None:
            return list(self.options.indicators)
        overridden = self.options.indicators
        return [n for n, used in self.indicators.items() if used or n in overridden]

    def _declare(self, tables: Mapping[str, DimensionTable], path: str, *, inside: bool) -> None:
        for name, table in tables.items():
            child_path = f"{path}.{name}"
            if name in self.declared or (self.indicators and name in self.indicators):
                self._fault(
                    child_path,
                    _("there is already a dimension {name}.", name=repr(name))
                    if name in self.declared
                    else _("there is already an indicator {name}.", name=repr(name)),
                    remedy=_("Give the dimension another id."),
                    kind="duplicate-dimension",
                )
            if not re.fullmatch(ID, name):
                self._fault(
                    child_path,
                    _(
                        "{name} is not a valid id: an id is made of letters, digits, - and _.",
                        name=shown(name),
                    ),
                    remedy=_("Give the dimension a plain id, and what readers see as its title."),
                    kind="id",
                )
            self.declared[name] = (child_path, table)
            if inside:
                self.nested.add(name)
            self._declare(table.dimensions, f"{child_path}.dimensions", inside=True)

    def _dimension(
        self,
        name: str,
        table: DimensionTable,
        *,
        path: str,
        around: Dimension,
        inside: tuple[str, ...],
    ) -> Dimension:
        weighted = table.weights if isinstance(table.weights, dict) else None
        names = list(dict.fromkeys([*(weighted or ()), *table.indicators, *table.dimensions]))
        if not names:
            self._fault(path, _("it has no indicators."), kind="empty-dimension")
        for child in names:
            if weighted is not None and child not in weighted:
                self._fault(
                    f"{path}.weights",
                    _("{child} has no weight.", child=repr(child)),
                    kind="no-weight",
                )
        weighting = (
            "given" if weighted is not None else (table.weights or _inherited_weighting(around))
        )
        settings = Dimension(
            id=name,
            title=table.title or name,
            children=(),
            weights={},
            weighting=weighting,
            aggregate=table.aggregate or around.aggregate,
            power=around.power if table.power is None else table.power,
            min_available=table.min_available or 0.0,
            handicap=None
            if table.handicap is None
            else Handicap(table.handicap.op, table.handicap.value),
        )
        children = [
            built
            for child in names
            if (built := self._child(child, path=path, around=settings, inside=(*inside, name)))
        ]
        weights = {child.id: weighted.get(child.id, 0.0) if weighted else 1.0 for child in children}
        return replace(settings, children=tuple(children), weights=weights)

    def _child(
        self, name: str, *, path: str, around: Dimension, inside: tuple[str, ...]
    ) -> Dimension | Element | None:
        if name in inside:
            chain = " → ".join((*inside[inside.index(name) :], name))
            self._fault(
                path, _("the dimensions run in a cycle: {chain}.", chain=chain), kind="cycle"
            )
            return None
        if name in self.placed:
            self._fault(
                path,
                _(
                    "{name} is already in {placed}; it can count only once.",
                    name=repr(name),
                    placed=repr(self.placed[name]),
                ),
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
                _("there is no indicator {name}.", name=repr(name)),
                remedy=nearest(name, [*self.indicators, *self.declared]),
                kind="unknown-indicator",
            )
            return None
        return self._element(name)

    def _element(self, name: str) -> Element:
        options = self.options
        overrides = options.indicators if isinstance(options.indicators, dict) else {}
        overridden = overrides.get(name, IndicatorTable())
        fit = overridden.regression
        goalposts = overridden.goalposts or options.goalposts
        return Element(
            id=name,
            better=overridden.better,
            normalise=overridden.normalise
            or ("goalposts" if overridden.goalposts else options.normalise)
            or ("goalposts" if goalposts else "minmax"),
            treat=overridden.treat or options.treat,
            impute=overridden.impute or ("regression" if fit else options.impute),
            goalposts=goalposts,
            range=overridden.range or options.range,
            scale=overridden.scale,
            target=overridden.target,
            denominator=overridden.denominator,
            error=overridden.error if isinstance(overridden.error, float) else 0.0,
            error_model=_error(overridden.error),
            changeable=overridden.changeable,
            regression=None if fit is None else _regression(fit),
        )

    def _check_overrides(self) -> None:
        overrides = self.options.indicators
        for name in overrides if isinstance(overrides, dict) else ():
            if name not in self.placed and name not in self.declared:
                used = [child for child in self.placed if child not in self.declared]
                self._fault(
                    f"recipe.indicators.{name}",
                    _("the recipe does not use {name}.", name=repr(name)),
                    remedy=nearest(name, used),
                    kind="unknown-indicator",
                )

    def _fault(self, path: str, message: str, *, remedy: str = "", kind: str) -> None:
        self.faults.append(Fault(message, file=self.file, column=path, remedy=remedy, kind=kind))


def _error(table: ErrorTable | float | None) -> MeasurementError | None:
    if not isinstance(table, ErrorTable):
        return None
    law = next(iter(table.shift), None) if table.shift else None
    flips = table.flips
    return MeasurementError(
        shift=None if law is None else Shift(law, *table.shift[law]),
        law=table.law,
        spread=table.spread,
        estimated=table.estimated,
        per_point=table.per_point,
        per_root=table.per_root,
        sampling=table.sampling,
        size=tuple(table.size),
        radius=0.0 if table.radius is None else table.radius.share,
        radius_most=None if table.radius is None else table.radius.most,
        factor=table.factor,
        flips=None if flips is None else Flips(flips.yes, flips.no, dict(flips.no_with)),
        wrong_at=None if table.wrong is None else table.wrong.value,
        wrong_share=0.0 if table.wrong is None else table.wrong.share,
        area=None if table.area is None else table.area.level,
        area_spread=0.0 if table.area is None else table.area.spread,
        within=table.within,
    )


def _regression(table: RegressionTable) -> Regression:
    return Regression(
        on=dict(table.on),
        scale=table.scale,
        group=table.group,
        shrink=table.shrink,
        reasons=tuple(table.reasons),
    )


def _inherited_weighting(around: Dimension) -> Weighting:
    """Return how a dimension without weights is weighted: like the one around it, if that computes
    them."""
    return "equal" if around.weighting == "given" else around.weighting


def _standardised(dimension: Dimension, *, outer: Normalise | None) -> Dimension:
    """Return the tree with the indicators under a Mazziotta-Pareto mean standardised for the
    nearest one."""
    family = dimension.aggregate.partition("-")[0]
    outer = cast("Normalise", family) if dimension.aggregate in MAZZIOTTA_PARETO else outer
    children = tuple(
        _standardised(child, outer=outer)
        if isinstance(child, Dimension)
        else (replace(child, normalise=outer) if outer else child)
        for child in dimension.children
    )
    return replace(dimension, children=children)


def _option_faults(options: RecipeTable, root: Dimension, file: str) -> list[Fault]:
    """Return faults of options that contradict each other."""
    faults = []

    def fault(path: str, message: str, remedy: str = "", kind: str = "option") -> None:
        faults.append(Fault(message, file=file, column=path, remedy=remedy, kind=kind))

    everything = (*root.dimensions(), root)
    mazziotta = sorted({d.aggregate for d in everything} & MAZZIOTTA_PARETO)
    indicator_tables = options.indicators if isinstance(options.indicators, dict) else {}
    chosen: dict[str, RecipeTable | IndicatorTable] = {"recipe": options}
    chosen |= {f"recipe.indicators.{name}": indicator_tables[name] for name in indicator_tables}
    for path, table in chosen.items() if mazziotta else ():
        if table.normalise is not None:
            fault(
                f"{path}.normalise",
                _(
                    "{mazziotta} standardises for itself and takes no other normalise.",
                    mazziotta=mazziotta[0],
                ),
                _("Leave normalise out."),
                "normalise",
            )
    kinds = {e.normalise for e in _standardised(root, outer=None).elements()}
    if mazziotta and len(kinds) > 1:
        fault(
            "recipe.aggregate",
            _(
                "{mazziotta} has a scale of its own; the indicators outside it are on another.",
                mazziotta=mazziotta[0],
            ),
            _("Write the same Mazziotta-Pareto mean in every dimension that holds indicators."),
            "aggregate",
        )
    for dimension in everything:
        if dimension.aggregate == "generalised" and dimension.power == 0:
            fault(
                "recipe.power",
                _("a generalised mean with power 0 is the geometric mean."),
                _('Write aggregate = "geometric".'),
            )
    parts = [child.id for child in root.children]
    for name in options.required:
        if name not in parts:
            fault(
                "recipe.required",
                _("{name} is not a child of the index.", name=repr(name)),
                nearest(name, parts),
            )
    if options.min_dimensions > len(parts):
        fault(
            "recipe.min_dimensions",
            _(
                "min_dimensions is {count}, and the index has {parts} children.",
                count=options.min_dimensions,
                parts=len(parts),
            ),
            _("Write a smaller number."),
        )
    for element in root.elements():
        if (element.impute == "regression") != (element.regression is not None):
            fault(
                f"recipe.indicators.{element.id}.regression",
                _('impute = "regression" and the table regression go together.'),
                _("Write both, or none of them."),
            )
    grouped = any(e.impute.startswith("group") for e in root.elements())
    if grouped and options.group is None:
        fault("recipe.group", _("group imputation needs a group: a column or a level."))
    for element in root.elements():
        posts = [post for post in (*(element.goalposts or ()), element.target) if post is not None]
        if element.scale == "log" and any(post <= 0 for post in posts):
            fault(
                f"recipe.indicators.{element.id}.scale",
                _("a logarithmic scale has no zero: its goalposts and target must be above it."),
            )
        if element.normalise == "dist2targ" and element.target is None:
            fault(f"recipe.indicators.{element.id}.target", _("dist2targ needs a target."))
        if element.normalise == "dist2ref" and options.reference is None:
            fault("recipe.reference", _("dist2ref needs a reference: the code of a territory."))
    return faults
