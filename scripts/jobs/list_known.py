"""The available layers, recipes, rules, countries and sources, and the columns of sources."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import _, join, titled, translate
from zoneblanche.scripts.language import language_of_environment


def list_things(what: str, source: str | None = None, *, lang: str | None = None) -> None:
    """Print one line per item, in `lang`, by default the language of the environment.

    "columns" are those of one source, by its id. "schema" is the JSON Schema of a project file.

    Raises:
        InputError: no such list or source, or columns without a source.
    """
    if what == "schema":
        from zoneblanche.layers.project.json_schema import project_schema

        print(json.dumps(project_schema(), ensure_ascii=False, indent=2))
        return
    if source is not None and what != "columns":
        raise InputError(
            Fault(
                _("only columns are listed of one source, not {what}.", what=what),
                remedy=_("Write: zoneblanche list columns {source}", source=source),
                kind="option",
            )
        )
    lang = lang or language_of_environment()
    lines = list(_columns(source, lang)) if what == "columns" else list(_list_of(what)(lang))
    width = max((len(line.name) for line in lines), default=0)
    for line in lines:
        print(f"{line.name:{width}} {line.title}" + (f" [{line.plugin}]" if line.plugin else ""))


class Line(NamedTuple):
    """A thing: its name, what is said of it, and the distribution of the plug-in that adds it."""

    name: str
    title: str
    plugin: str


def _list_of(what: str) -> Callable[[str], Iterator[Line]]:
    if what not in _LISTS:
        raise InputError(
            Fault(
                _("there is no list of {what}.", what=repr(what)),
                remedy=nearest(what, [*_LISTS, "columns", "schema"]),
                kind="option",
            )
        )
    return _LISTS[what]


def _columns(source: str | None, lang: str) -> Iterator[Line]:
    from zoneblanche.layers.publishers.connector import connector_named

    if source is None:
        raise InputError(
            Fault(
                _("columns are those of one source."),
                remedy=_("Write its id after it; `zoneblanche list sources` has all ids."),
                kind="option",
            )
        )
    for name, meaning in connector_named(source).columns.items():
        yield Line(name, translate(meaning, lang), "")


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
    states = [state_of(source, lang) for source in sources]
    width = max(map(len, states), default=0)
    for source, state in zip(sources, states, strict=True):
        connector = source.connector
        published = source.record.published if source.record is not None else ""
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
