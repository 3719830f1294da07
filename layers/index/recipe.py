"""A recipe: dimensions, indicators, weights, and how scores are made of them.

A recipe is a TOML file in `layers/index/recipes/`, a file of the user's, or the `[recipe]` table
of a project file: the same options everywhere (docs/recipes.md).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

from geo.country import Text, in_language
from geo.errors import Fault, InputError, missing_file, nearest
from layers.indicator import Better, Indicator

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
Impute = Literal["none", "mean", "median", "group-mean", "group-median"]
Weighting = Literal["given", "equal", "pca", "effective"]
Orientation = Literal["better", "worse"]

MAZZIOTTA_PARETO: frozenset[str] = frozenset(
    name for name in get_args(Aggregate) if name.startswith(("mpi", "ampi"))
)
"""The aggregations that standardise for themselves."""


@dataclass(frozen=True)
class Element:
    """An indicator in a recipe, and what is done to it.

    Attributes:
        id: the indicator's id.
        better: its direction; None until it is taken from the indicator itself.
        normalise, treat, impute: methods, as named in docs/recipes.md.
        goalposts: the fixed values that score the least and the most; where they are given they
            take the place of the observed minimum and maximum.
        range: what the least and the greatest score.
        target: of `dist2targ`, in the indicator's unit.
        error: standard deviation of its measurement error, in its unit, for the rank intervals.
    """

    id: str
    better: Better = None
    normalise: Normalise = "minmax"
    treat: Treat = "none"
    impute: Impute = "none"
    goalposts: tuple[float, float] | None = None
    range: tuple[float, float] = (0.0, 100.0)
    target: float | None = None
    error: float = 0.0


@dataclass(frozen=True)
class Dimension:
    """A part of an index that is itself a score; the whole index is the outermost one.

    Attributes:
        id, title: its column and its name.
        children: what it is made of, in order; dimensions nest as deep as needed.
        weights: of the children by id; they are divided by their sum.
        weighting: "given" where `weights` hold; the others are found from the data.
        aggregate: how children are put together.
        power: exponent of the generalised mean.
        min_available: least share of its indicators that must be known; 0 asks for one.
    """

    id: str
    title: Text | str
    children: tuple[Dimension | Element, ...]
    weights: Mapping[str, float]
    weighting: Weighting = "equal"
    aggregate: Aggregate = "arithmetic"
    power: float = 1.0
    min_available: float = 0.0

    def elements(self) -> Iterator[Element]:
        """Its indicators, at every depth, in order."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
            else:
                yield from child.elements()

    def dimensions(self) -> Iterator[Dimension]:
        """The dimensions inside it, each after those that it is made of; not itself."""
        for child in self.children:
            if isinstance(child, Dimension):
                yield from child.dimensions()
                yield child


@dataclass(frozen=True)
class Uncertainty:
    """Which choices of a recipe are taken to be uncertain when ranks are given an interval.

    Attributes:
        weights: every weight varies by up to this share of itself, up or down, evenly.
        normalise: the normalisations that are drawn from; empty: the recipe's own.
        aggregate: the aggregations drawn for every dimension; empty: the recipe's own.
        treat, impute: likewise.
        leave_out: whether a draw may leave one indicator out (each is as likely as none).
    """

    weights: float = 0.25
    normalise: tuple[Normalise, ...] = ()
    aggregate: tuple[Aggregate, ...] = ()
    treat: tuple[Treat, ...] = ()
    impute: tuple[Impute, ...] = ()
    leave_out: bool = False


@dataclass(frozen=True)
class Recipe:
    """How an index is made. Read one with `read_recipe` or `recipe_from_table`.

    Attributes:
        id: the column of the index.
        title, description: in French and English, or one text.
        root: the outermost dimension.
        orientation: "better": a high score is a good one; "worse": a high score is worse off.
        min_available: least share of all indicators that a territory must have to get a score.
        group: column or level whose groups the group imputations use.
        reference: code of the territory that `dist2ref` measures against.
        max_winsorised: most points that winsorising may move.
        skew, kurtosis: an indicator needs treatment where both are reached.
        boxcox: the exponent of the Box-Cox transformation.
        draws, seed: of the rank intervals; 0 draws: none.
        uncertainty: what the draws vary.
        references: the literature.
        file: where it was read.
    """

    id: str
    title: Text | str
    root: Dimension
    description: Text | str = ""
    orientation: Orientation = "better"
    min_available: float = 0.67
    group: str | None = None
    reference: str | None = None
    max_winsorised: int = 5
    skew: float = 2.0
    kurtosis: float = 3.5
    boxcox: float = 0.5
    draws: int = 500
    seed: int = 20260101
    uncertainty: Uncertainty = field(default_factory=Uncertainty)
    references: tuple[str, ...] = ()
    file: str = ""

    @property
    def elements(self) -> tuple[Element, ...]:
        """All its indicators, in order."""
        return tuple(self.root.elements())

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """All its dimensions, each after those that it is made of; the last is the index."""
        return (*self.root.dimensions(), self.root)

    def title_in(self, lang: str) -> str:
        """The title in `lang`."""
        return in_language(self.title, lang)


def known_recipes() -> tuple[str, ...]:
    """The recipes that are shipped, `digital-inequality` first."""
    folder = resources.files("layers.index") / "recipes"
    names = (Path(entry.name) for entry in folder.iterdir())
    found = sorted(name.stem for name in names if name.suffix == ".toml")
    return tuple(sorted(found, key=lambda name: name != "digital-inequality"))


def read_recipe(name_or_path: str | Path) -> Recipe:
    """A shipped recipe by its name, or the recipe of a TOML file.

    A file holds one `[recipe]` table; its `id` is the file's name where it gives none.

    Raises:
        InputError: no such recipe, a file that is not TOML, or a table that is no recipe.

    >>> read_recipe("digital-inequality").orientation
    'worse'
    """
    name = str(name_or_path)
    if name in known_recipes():
        text = (resources.files("layers.index") / "recipes" / f"{name}.toml").read_text("utf-8")
        return _read(text, file=f"{name}.toml")
    path = Path(name_or_path)
    if not path.is_file():
        raise InputError(_no_recipe(name))
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            Fault("it is not UTF-8 text.", file=name, remedy="Save it as UTF-8.", kind="encoding")
        ) from error
    return _read(text, file=name)


def recipe_from_table(
    table: Mapping[str, Any],
    *,
    file: str,
    indicators: Mapping[str, Indicator] | Iterable[str] | None = None,
    recipe_id: str = "index",
) -> Recipe:
    """The recipe of a `[recipe]` table.

    Args:
        table: the table, as TOML gives it.
        file: the file's name, for messages.
        indicators: what there is to choose from. A recipe that lists no indicator takes them all,
            but context (`better` None) where the indicators themselves are given. None: the
            recipe is read without knowing the data, and checked when it is computed.
        recipe_id: the id where the table gives none.

    Raises:
        InputError: all that is wrong with the table, each fault with the path of its key.
    """
    # pydantic takes a fifth of a second to import, which only a reader of recipes should pay.
    from layers.index.recipe_table import recipe_of

    return recipe_of(table, file=file, indicators=indicators, recipe_id=recipe_id)


def _read(text: str, *, file: str) -> Recipe:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(Fault(f"it is not TOML: {error}.", file=file, kind="not-toml")) from error
    table = document.get("recipe")
    others = [key for key in document if key != "recipe"]
    if not isinstance(table, dict) or others:
        odd = f" Found {others[0]!r} beside it." if others else ""
        raise InputError(
            Fault(f"a recipe file holds one table, [recipe].{odd}", file=file, kind="no-recipe")
        )
    return recipe_from_table(table, file=file, recipe_id=Path(file).stem)


def _no_recipe(name: str) -> Fault:
    if name.endswith(".toml") or "/" in name:
        return missing_file(Path(name), what="recipe")
    return Fault(
        f"there is no recipe {name!r}.",
        remedy=nearest(name, known_recipes()),
        kind="unknown-recipe",
    )
