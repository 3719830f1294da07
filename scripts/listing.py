"""What there is to choose from: layers, recipes, rules, countries, sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from geo.errors import Fault, InputError, nearest


def list_things(what: str) -> None:
    """Prints one line a thing.

    Raises:
        InputError: there is no such list.
    """
    if what not in _LISTS:
        raise InputError(
            Fault(f"there is no list of {what!r}.", remedy=nearest(what, _LISTS), kind="option")
        )
    lines = list(_LISTS[what]())
    width = max(len(name) for name, _ in lines)
    for name, title in lines:
        print(f"{name:{width}} {title}")


def _layers() -> Iterator[tuple[str, str]]:
    from layers.catalogue import known_layers

    for name, layer in known_layers().items():
        needs = f" (needs {', '.join(layer.needs).replace('|', ' or ')})" if layer.needs else ""
        yield name, layer.indicator.title_in("en") + needs


def _recipes() -> Iterator[tuple[str, str]]:
    from geo.country import in_language
    from layers.index.recipe_file import known_recipes, read_recipe

    for name in known_recipes():
        yield name, in_language(read_recipe(name).title, "en")


def _rules() -> Iterator[tuple[str, str]]:
    from geo.country import in_language
    from layers.analysis.rule import known_rules, read_rule

    for name in known_rules():
        yield name, in_language(read_rule(name).title, "en")


def _countries() -> Iterator[tuple[str, str]]:
    from geo.country import in_language, known_countries, read_country

    for code in known_countries():
        country = read_country(code)
        edition = "embedded edition" if country.edition else "bring your own polygons"
        levels = ", ".join(level.id for level in country.levels)
        yield code, f"{in_language(country.name, 'en')}: {levels}; {edition}"


def _sources() -> Iterator[tuple[str, str]]:
    from geo.country import in_language
    from layers.connectors.fetch import list_sources
    from scripts.fetching import state_of

    for known in list_sources():
        connector = known.connector
        published = known.record.published if known.record is not None else ""
        what = f"{connector.source.producer}: {in_language(connector.title, 'en')}"
        told = f"{state_of(known):21} {published:10} {connector.source.licence:27} {what}"
        yield connector.id, told


_LISTS: Mapping[str, Callable[[], Iterator[tuple[str, str]]]] = {
    "layers": _layers,
    "recipes": _recipes,
    "rules": _rules,
    "countries": _countries,
    "sources": _sources,
}
