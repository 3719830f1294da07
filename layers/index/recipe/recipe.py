"""A recipe: dimensions, indicators, weights, and how they become scores.

Read one with `layers.index.recipe.load`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from zoneblanche.geo.country import Text, in_language
from zoneblanche.layers.index.recipe.errors import MeasurementError
from zoneblanche.layers.indicator import Better

Normalise = Literal[
    "minmax",
    "zscore",
    "scaled",
    "dist2max",
    "dist2ref",
    "dist2targ",
    "fracmax",
    "prank",
    "rank",
    "borda",
    "goalposts",
    "mpi",
    "ampi",
]
Aggregate = Literal[
    "arithmetic",
    "geometric",
    "harmonic",
    "generalised",
    "median",
    "copeland",
    "mpi-minus",
    "mpi-plus",
    "ampi-minus",
    "ampi-plus",
    "bod",
]
Treat = Literal["none", "winsorise", "log", "boxcox", "auto"]
Impute = Literal["none", "mean", "median", "group-mean", "group-median", "regression"]
Weighting = Literal["given", "equal", "pca", "effective"]
Orientation = Literal["better", "worse"]
Scale = Literal["linear", "log"]
Incomplete = Literal["ranked", "unranked"]
Coarse = Literal["refuse", "allow"]

MAZZIOTTA_PARETO: frozenset[str] = frozenset(
    name for name in get_args(Aggregate) if name.startswith(("mpi", "ampi"))
)
"""The aggregations that include their own standardisation."""


@dataclass(frozen=True)
class Regression:
    """How missing cells of an indicator are estimated: least squares on the known ones.

    Attributes:
        on: the regressors, facts or indicators of the atlas, and the scale of each.
        scale: of the indicator itself: "log" fits its natural logarithm.
        group: column or level; the mean of the indicator in the group is one more regressor. None:
            without it.
        shrink: the mean of a group moves to that of all, as if so many units at that mean were in
            the group.
        reasons: of the missing cells that are estimated, as `secret`; the others stay missing.
    """

    on: Mapping[str, Scale]
    scale: Scale = "linear"
    group: str | None = None
    shrink: float = 5.0
    reasons: tuple[str, ...] = ("secret",)


@dataclass(frozen=True)
class Element:
    """An indicator in a recipe, and its options.

    Attributes:
        id: the id of the indicator.
        better: its direction; None until it is taken from the indicator itself.
        normalise, treat, impute: methods, as named in docs/recipes.md.
        goalposts: the fixed values with the lowest and the highest score; they replace the observed
            minimum and maximum.
        range: the lowest and the highest score.
        scale: "log": its natural logarithm, and that of its goalposts and target, is normalised.
        target: of `dist2targ`, in the unit of the indicator.
        denominator: column, fact or weight of the atlas that divides it before all other steps.
        error: standard deviation of its measurement error, in its unit; 0: it is exact.
        error_model: more about its measurement error, instead of `error`.
        regression: of `impute` "regression".
        changeable: whether somebody can change the figure: an age is not changed by a plan.
    """

    id: str
    better: Better = None
    normalise: Normalise = "minmax"
    treat: Treat = "none"
    impute: Impute = "none"
    goalposts: tuple[float, float] | None = None
    range: tuple[float, float] = (0.0, 100.0)
    scale: Scale = "linear"
    target: float | None = None
    denominator: str | None = None
    error: float = 0.0
    error_model: MeasurementError | None = None
    regression: Regression | None = None
    changeable: bool = True

    @property
    def has_straight_scale(self) -> bool:
        """Whether its score is a straight line of the figure, so that an error has one size."""
        bent = self.treat in ("log", "boxcox") or self.scale == "log"
        return not bent and self.normalise not in ("prank", "rank", "borda")

    @property
    def measurement_error(self) -> MeasurementError | None:
        """What is known of the error of its figures; None if they are exact."""
        if self.error_model is None and self.error > 0:
            return MeasurementError(spread=self.error)
        return self.error_model


@dataclass(frozen=True)
class Handicap:
    """The scores of a dimension that are a handicap: `score op value`, in the orientation of the
    index."""

    op: Literal["<", "<=", ">", ">="]
    value: float


@dataclass(frozen=True)
class Dimension:
    """A part of an index that is itself a score; the whole index is the outermost one.

    Attributes:
        id, title: its column and its name.
        children: its parts, in order; dimensions nest as deep as needed.
        weights: of the children by id; they are divided by their sum.
        weighting: "given" if `weights` are used; the others are computed from the data.
        aggregate: how children are combined.
        power: exponent of the generalised mean.
        min_available: minimum share of its indicators that must be known; 0 requires one.
        handicap: the scores that count as a handicap, if any do.
    """

    id: str
    title: Text | str
    children: tuple[Dimension | Element, ...]
    weights: Mapping[str, float]
    weighting: Weighting = "equal"
    aggregate: Aggregate = "arithmetic"
    power: float = 1.0
    min_available: float = 0.0
    handicap: Handicap | None = None

    def elements(self) -> Iterator[Element]:
        """Return its indicators, at every depth, in order."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
            else:
                yield from child.elements()

    def dimensions(self) -> Iterator[Dimension]:
        """Return the dimensions inside it, each after its own parts; not itself."""
        for child in self.children:
            if isinstance(child, Dimension):
                yield from child.dimensions()
                yield child


@dataclass(frozen=True)
class Uncertainty:
    """The uncertain choices of a recipe, which the rank intervals use.

    Attributes:
        weights: every weight varies by up to this share of itself, up or down, uniformly.
        normalise: the normalisations to draw from; empty: that of the recipe.
        aggregate: the aggregations to draw for every dimension; empty: that of the recipe.
        treat, impute: the same.
        leave_out: whether a draw may leave one indicator out (each is as likely as none).
        equal: whether half of the draws use equal weights instead of those of the recipe.
        goalposts: factors of the length of every pair of goalposts, from its good end; empty: none.
        floor: scores are at least so high in a drawn mean that needs scores above zero; 0: none.
    """

    weights: float = 0.25
    normalise: tuple[Normalise, ...] = ()
    aggregate: tuple[Aggregate, ...] = ()
    treat: tuple[Treat, ...] = ()
    impute: tuple[Impute, ...] = ()
    leave_out: bool = False
    equal: bool = False
    goalposts: tuple[float, ...] = ()
    floor: float = 0.0

    @property
    def varies(self) -> bool:
        """Whether any choice is uncertain."""
        lists = (self.normalise, self.aggregate, self.treat, self.impute, self.goalposts)
        several = any(len(choices) > 1 for choices in lists)
        return self.weights > 0 or self.leave_out or self.equal or several


@dataclass(frozen=True)
class NamedClass:
    """A class of scores with fixed ends and a name, the same at every place and date.

    Attributes:
        id: its name in the recipe.
        title: in the languages given, or one text.
        low, high: its ends; a score of `high` is in the next class.
    """

    id: str
    title: Text | str
    low: float
    high: float


@dataclass(frozen=True)
class Recipe:
    """How an index is computed. Read one with `layers.index.recipe.load`.

    Attributes:
        id: the column of the index.
        title, description: in French and English, or one text.
        root: the outermost dimension.
        orientation: "better": a high score is better off; "worse": a high score is worse off.
        min_available: minimum share of all indicators that a territory needs for a score.
        required: the children of the index that a territory needs for a score.
        min_dimensions: how many of the children of the index it needs at least.
        inhabited: whether a territory without inhabitants gets no score.
        coarse: "refuse": where an indicator is known by containing areas only, the index has no
            ranks, no intervals and no handicaps; "allow": it has them.
        incomplete: "unranked": a territory with a score that lacks a child of the index has no
            rank; what its score would be with the least and the greatest of that child is given.
        group: column or level whose groups the group imputations use.
        reference: code of the territory that `dist2ref` compares with.
        max_winsorised: maximum number of points that winsorising may move.
        skew, kurtosis: an indicator needs treatment if it reaches both.
        boxcox: the exponent of the Box-Cox transformation.
        draws, seed: of the rank intervals; 0 draws: none.
        uncertainty: what the draws vary.
        classes: of the scores of the index, the lowest first; each begins where the one before it
            ends. Empty: none.
        references: the literature.
        file: the file that it was read from.
    """

    id: str
    title: Text | str
    root: Dimension
    description: Text | str = ""
    orientation: Orientation = "better"
    min_available: float = 0.67
    required: tuple[str, ...] = ()
    min_dimensions: int = 0
    inhabited: bool = False
    incomplete: Incomplete = "ranked"
    coarse: Coarse = "refuse"
    group: str | None = None
    reference: str | None = None
    max_winsorised: int = 5
    skew: float = 2.0
    kurtosis: float = 3.5
    boxcox: float = 0.5
    draws: int = 500
    seed: int = 20260101
    uncertainty: Uncertainty = field(default_factory=Uncertainty)
    classes: tuple[NamedClass, ...] = ()
    references: tuple[str, ...] = ()
    file: str = ""

    @property
    def elements(self) -> tuple[Element, ...]:
        """All its indicators, in order."""
        return tuple(self.root.elements())

    @property
    def has_errors(self) -> bool:
        """Whether it knows of the measurement error of an indicator."""
        return any(element.measurement_error is not None for element in self.elements)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """All its dimensions, each after its own parts; the last is the index."""
        return (*self.root.dimensions(), self.root)

    def title_in(self, lang: str) -> str:
        """The title in `lang`."""
        return in_language(self.title, lang)
