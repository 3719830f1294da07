"""The method of an index in words, French and English, generated from its recipe."""

from __future__ import annotations

from collections.abc import Mapping

from zoneblanche.geo.country import Text, in_language
from zoneblanche.geo.messages import _
from zoneblanche.layers.index.recipe.recipe import Dimension, Recipe

_AGGREGATE = {
    "arithmetic": ("moyenne arithmétique", "arithmetic mean"),
    "geometric": ("moyenne géométrique", _("geometric mean")),
    "harmonic": ("moyenne harmonique", _("harmonic mean")),
    "generalised": ("moyenne généralisée", _("generalised mean")),
    "median": ("médiane pondérée", "weighted median"),
    "copeland": ("méthode de Copeland", "Copeland's method"),
    "mpi-minus": ("indice de Mazziotta-Pareto, pénalité −", "Mazziotta-Pareto index, penalty −"),
    "mpi-plus": ("indice de Mazziotta-Pareto, pénalité +", "Mazziotta-Pareto index, penalty +"),
    "ampi-minus": ("Mazziotta-Pareto ajusté, pénalité −", "adjusted Mazziotta-Pareto, penalty −"),
    "ampi-plus": ("Mazziotta-Pareto ajusté, pénalité +", "adjusted Mazziotta-Pareto, penalty +"),
    "bod": ("bénéfice du doute", _("benefit of the doubt")),
}
_NORMALISE = {
    "minmax": ("minimum et maximum observés", "observed minimum and maximum"),
    "goalposts": ("bornes fixes", "fixed goalposts"),
    "zscore": ("centrage-réduction", "z-scores"),
    "scaled": ("échelle linéaire fixe", "a fixed linear scale"),
    "dist2max": ("distance au maximum", "distance to the maximum"),
    "dist2ref": ("distance à une référence", "distance to a reference"),
    "dist2targ": ("distance à une cible", "distance to a target"),
    "fracmax": ("part du maximum", "share of the maximum"),
    "prank": ("rang en centiles", "percentile rank"),
    "rank": ("rang", "rank"),
    "borda": ("points de Borda", "Borda points"),
    "mpi": ("100 ± 10 écarts-types", "100 ± 10 standard deviations"),
    "ampi": ("100 au milieu des bornes, 70 et 130 aux bornes", "70 and 130 at the goalposts"),
}


_OUTLIERS = ("valeurs extrêmes", "outliers")
_STEP = {
    "mean": ("moyenne", "mean"),
    "median": ("médiane", "median"),
    "group-mean": ("moyenne du groupe", "mean of the group"),
    "group-median": ("médiane du groupe", "median of the group"),
    "winsorise": ("écrêtage", "winsorised"),
    "log": ("logarithme", "logarithm"),
    "boxcox": ("transformation de Box-Cox", "Box-Cox transformation"),
    "auto": (
        "écrêtage, à défaut logarithme, où l'asymétrie le demande",
        "winsorised, else logarithm, where skewness asks for it",
    ),
}


def describe(
    recipe: Recipe, weights: Mapping[str, Mapping[str, float]], titles: Mapping[str, Text | str]
) -> dict[str, str]:
    """Return the method of the whole index.

    Args:
        recipe: of the index.
        weights: the shares that were used, by dimension and child.
        titles: of the indicators, by id (a text, or one per language).
    """
    return {lang: _describe(recipe, weights, titles, lang) for lang in ("fr", "en")}


def describe_dimension(
    dimension: Dimension, shares: Mapping[str, float], titles: Mapping[str, Text | str]
) -> dict[str, str]:
    """Return the method of one dimension."""
    return {lang: f"{_sentence(dimension, shares, titles, lang)}." for lang in ("fr", "en")}


def _describe(
    recipe: Recipe,
    weights: Mapping[str, Mapping[str, float]],
    titles: Mapping[str, Text | str],
    lang: str,
) -> str:
    english = lang == "en"
    colon = ":" if english else " :"
    parts = [
        _sentence(dimension, weights[dimension.id], titles, lang)
        for dimension in reversed(recipe.dimensions)
    ]
    divided = [element for element in recipe.elements if element.denominator is not None]
    if divided:
        told = [
            f"{in_language(titles.get(e.id, e.id), lang)} / "
            f"{in_language(titles.get(str(e.denominator), str(e.denominator)), lang)}"
            for e in divided
        ]
        parts.append(f"{'divided' if english else 'rapporté'}{colon} {', '.join(told)}")
    methods = dict.fromkeys(element.normalise for element in recipe.elements)
    scales = ", ".join(_NORMALISE[method][english] for method in methods)
    parts.append(f"normalisation{colon} {scales}")
    logged = [e for e in recipe.elements if e.scale == "log"]
    if logged:
        told = [in_language(titles.get(e.id, e.id), lang) for e in logged]
        parts.append(f"{'on a log scale' if english else 'en logarithme'}{colon} {', '.join(told)}")
    for what, words in (("impute", ("imputation", "imputation")), ("treat", _OUTLIERS)):
        methods = dict.fromkeys(getattr(element, what) for element in recipe.elements)
        done = [_STEP[method][english] for method in methods if method != "none"]
        parts += [f"{words[english]}{colon} {', '.join(done)}"] if done else []
    share = _percent(recipe.min_available, lang)
    if english:
        parts.append(f"a territory gets a score where at least {share} of the indicators are known")
        worse = "a high score is worse off" if recipe.orientation == "worse" else ""
    else:
        parts.append(f"score calculé si au moins {share} des indicateurs sont connus")
        worse = "un score élevé est défavorable" if recipe.orientation == "worse" else ""
    parts += [worse] if worse else []
    if recipe.draws:
        parts.append(
            f"rank interval: 5th to 95th percentile of {recipe.draws} draws (seed {recipe.seed})"
            if english
            else f"intervalle de rang : 5e au 95e centile de {recipe.draws} tirages "
            f"(graine {recipe.seed})"
        )
    return ("; " if english else "\u00a0; ").join(parts) + "."


def _sentence(
    dimension: Dimension, shares: Mapping[str, float], titles: Mapping[str, Text | str], lang: str
) -> str:
    english = lang == "en"
    told = {child.id: getattr(child, "title", None) for child in dimension.children}
    names = [
        f"{in_language(told[child] or titles.get(child, child), lang)} ({_percent(share, lang)})"
        for child, share in shares.items()
    ]
    how = _AGGREGATE[dimension.aggregate][english]
    of = "of" if english else "de"
    between = ": " if english else " : "
    return f"{in_language(dimension.title, lang)}{between}{how} {of} {', '.join(names)}"


def _percent(share: float, lang: str) -> str:
    return f"{share:.0%}" if lang == "en" else f"{100 * share:.0f} %"
