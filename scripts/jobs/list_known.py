"""The available layers, recipes, rules, countries and sources."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import _, join, titled, translate
from zoneblanche.scripts.language import language_of_environment


def list_things(what: str, *, lang: str | None = None) -> None:
    """Print one line per item, in `lang`, by default the language of the environment.

    "schema" is the JSON Schema of a project file instead.

    Raises:
        InputError: no such list.
    """
    if what == "schema":
        from zoneblanche.layers.project.json_schema import project_schema

        print(json.dumps(project_schema(), ensure_ascii=False, indent=2))
        return
    if what not in _LISTS:
        raise InputError(
            Fault(
                _("there is no list of {what}.", what=repr(what)),
                remedy=nearest(what, [*_LISTS, "schema"]),
                kind="option",
            )
        )
    lines = list(_LISTS[what](lang or language_of_environment()))
    width = max(len(line.name) for line in lines)
    for line in lines:
        print(f"{line.name:{width}} {line.title}" + (f" [{line.plugin}]" if line.plugin else ""))


class Line(NamedTuple):
    """A thing: its name, what is said of it, and the distribution of the plug-in that adds it."""

    name: str
    title: str
    plugin: str


def _layers(lang: str) -> Iterator[Line]:
    from zoneblanche.layers.catalogue import added_layers, known_layers

    for name, layer in known_layers().items():
        title = titled(layer.indicator.title)
        if layer.needs:
            needs = join(join(need.split("|"), _(" or ")) for need in layer.needs)
            title = _("{title} (needs {sources})", title=title, sources=needs)
        yield Line(name, translate(title, lang), added_layers().get(name, ""))


def _recipes(lang: str) -> Iterator[Line]:
    from zoneblanche.geo.country import in_language
    from zoneblanche.layers.index.recipe.load import added_recipes, known_recipes, read_recipe

    for name in known_recipes():
        yield Line(name, in_language(read_recipe(name).title, lang), added_recipes().get(name, ""))


def _rules(lang: str) -> Iterator[Line]:
    from zoneblanche.geo.country import in_language
    from zoneblanche.layers.analysis.flagging.rule import added_rules, known_rules, read_rule

    for name in known_rules():
        yield Line(name, in_language(read_rule(name).title, lang), added_rules().get(name, ""))


def _countries(lang: str) -> Iterator[Line]:
    from zoneblanche.geo.country import added_countries, known_countries, read_country

    for code in known_countries():
        country = read_country(code)
        title = _(
            "{country}: {levels}; {edition}",
            country=titled(country.name),
            levels=join(level.id for level in country.levels),
            edition=_("embedded edition") if country.edition else _("bring your own polygons"),
        )
        yield Line(code, translate(title, lang), added_countries().get(code, ""))


def _sources(lang: str) -> Iterator[Line]:
    from zoneblanche.geo.country import in_language
    from zoneblanche.layers.fetching.fetch import list_sources
    from zoneblanche.layers.publishers.connector import added_connectors
    from zoneblanche.scripts.jobs.fetch import state_of

    sources = list(list_sources())
    states = [state_of(known, lang) for known in sources]
    width = max(map(len, states), default=0)
    for known, state in zip(sources, states, strict=True):
        connector = known.connector
        published = known.record.published if known.record is not None else ""
        what = f"{connector.source.producer}: {in_language(connector.title, lang)}"
        title = f"{state:{width}} {published:10} {connector.source.licence:27} {what}"
        yield Line(connector.id, title, added_connectors().get(connector.id, ""))


_LISTS: Mapping[str, Callable[[str], Iterator[Line]]] = {
    "layers": _layers,
    "recipes": _recipes,
    "rules": _rules,
    "countries": _countries,
    "sources": _sources,
}
