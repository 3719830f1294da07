"""The available layers, recipes, rules, countries and sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import _, translate
from zoneblanche.scripts.language import language_of_environment

_WORDS = {
    "needs": _("needs"),
    "or": _(" or "),
    "edition": _("embedded edition"),
    "own": _("bring your own polygons"),
}


def list_things(what: str, *, lang: str | None = None) -> None:
    """Print one line per item, in `lang`, by default the language of the environment.

    Raises:
        InputError: no such list.
    """
    if what not in _LISTS:
        raise InputError(
            Fault(
                _("there is no list of {what}.", what=repr(what)),
                remedy=nearest(what, _LISTS),
                kind="option",
            )
        )
    lines = list(_LISTS[what](lang or language_of_environment()))
    width = max(len(name) for name, _unused in lines)
    for name, title in lines:
        print(f"{name:{width}} {title}")


def _layers(lang: str) -> Iterator[tuple[str, str]]:
    from zoneblanche.layers.catalogue import known_layers

    for name, layer in known_layers().items():
        wanted = ", ".join(layer.needs).replace("|", translate(_WORDS["or"], lang))
        needs = f" ({translate(_WORDS['needs'], lang)} {wanted})" if layer.needs else ""
        yield name, layer.indicator.title_in(lang) + needs


def _recipes(lang: str) -> Iterator[tuple[str, str]]:
    from zoneblanche.geo.country import in_language
    from zoneblanche.layers.index.recipe.load import known_recipes, read_recipe

    for name in known_recipes():
        yield name, in_language(read_recipe(name).title, lang)


def _rules(lang: str) -> Iterator[tuple[str, str]]:
    from zoneblanche.geo.country import in_language
    from zoneblanche.layers.analysis.flagging.rule import known_rules, read_rule

    for name in known_rules():
        yield name, in_language(read_rule(name).title, lang)


def _countries(lang: str) -> Iterator[tuple[str, str]]:
    from zoneblanche.geo.country import in_language, known_countries, read_country

    for code in known_countries():
        country = read_country(code)
        edition = (
            translate(_WORDS["edition"], lang)
            if country.edition
            else translate(_WORDS["own"], lang)
        )
        levels = ", ".join(level.id for level in country.levels)
        yield code, f"{in_language(country.name, lang)}: {levels}; {edition}"


def _sources(lang: str) -> Iterator[tuple[str, str]]:
    from zoneblanche.geo.country import in_language
    from zoneblanche.layers.fetching.fetch import list_sources
    from zoneblanche.scripts.jobs.fetch import state_of, state_width

    for known in list_sources():
        connector = known.connector
        published = known.record.published if known.record is not None else ""
        what = f"{connector.source.producer}: {in_language(connector.title, lang)}"
        state = f"{state_of(known, lang):{state_width(lang)}}"
        yield connector.id, f"{state} {published:10} {connector.source.licence:27} {what}"


_LISTS: Mapping[str, Callable[[str], Iterator[tuple[str, str]]]] = {
    "layers": _layers,
    "recipes": _recipes,
    "rules": _rules,
    "countries": _countries,
    "sources": _sources,
}
