"""The tables of a barometer, with the titles of their categories and criteria."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from zoneblanche.geo.country import in_language
from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.analysis.inequality.equal_size import compare_equal_size, residuals_by
from zoneblanche.layers.atlas import empty_atlas
from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.edition import authority_hosts, edition_inputs
from zoneblanche.layers.layer import Inputs
from zoneblanche.layers.measure import add_measurements
from zoneblanche.layers.presence.barometer import Barometer
from zoneblanche.layers.presence.surveys import Survey
from zoneblanche.layers.presence.waves import Counted

EQUAL_SIZE = "presence"
"""The layer that départements are compared by at equal size."""

MEASURED_AT_EQUAL_SIZE = ("social-measured", "news-recent")
"""The layers of a probe that they are compared by: accounts and freshness."""


def presence_table(counted: Counted, surveys: list[Survey], lang: str) -> pd.DataFrame:
    """Return `Barometer.table` with the titles of categories and criteria."""
    return _titled(counted.barometer.table, counted.barometer, lang)


def change_table(counted: Counted, surveys: list[Survey], lang: str) -> pd.DataFrame:
    """Return `Barometer.changes` with the titles of categories and criteria."""
    return _titled(counted.barometer.changes, counted.barometer, lang)


def equal_size_table(counted: Counted, surveys: list[Survey], lang: str) -> pd.DataFrame:
    """Return one row per département, worst first (`layers.analysis.inequality.equal_size`).

    Of probes, one table for each of `MEASURED_AT_EQUAL_SIZE`; a layer that has one figure for all
    communes is left out.

    Raises:
        InputError: no layer has more than one figure.
    """
    territories = counted.territories
    assert territories.country is not None  # the country has an embedded edition
    if counted.probe is None:
        return _equal_size(territories, EQUAL_SIZE, edition_inputs(territories.country))
    inputs = {"presence-probe": counted.probe}
    varied = [
        name
        for name in MEASURED_AT_EQUAL_SIZE
        if len(known_layers()[name].measure(territories, inputs).values.dropna().unique()) > 1
    ]
    if not varied:
        raise InputError(
            Fault(
                _("the probe has no account and no news that differ between communes."),
                remedy=_("Choose another table, or give a probe of more communes."),
                kind="no-rows",
            )
        )
    tables = {name: _equal_size(territories, name, inputs) for name in varied}
    return pd.concat(
        [table.assign(indicator=name) for name, table in tables.items()], ignore_index=True
    )


def _equal_size(territories: Territories, name: str, inputs: Inputs) -> pd.DataFrame:
    measured = known_layers()[name].measure(territories, inputs)
    atlas = add_measurements(empty_atlas(territories), [measured])
    residuals = residuals_by(atlas, compare_equal_size(atlas, name), level="departement")
    return residuals.rename_axis("code").reset_index()


def survey_table(counted: Counted, surveys: list[Survey], lang: str) -> pd.DataFrame:
    """Return all answers of all surveys, with the title of the category and, if there was an
    earlier survey with the same question, its date `since` and the change with its interval."""
    answers = pd.concat([survey.answers for survey in surveys], ignore_index=True)
    changes = pd.concat([survey.changes for survey in surveys], ignore_index=True)
    titles = _category_titles(counted.barometer, lang)
    answers.insert(1, "category_title", answers["category"].map(titles))
    changes = changes.drop(columns=["from_percent", "to_percent"]).rename(
        columns={"from": "since", "to": "date", "low": "change_low", "high": "change_high"}
    )
    return answers.merge(changes, on=["category", "question", "answer", "date"], how="left")


def hosts_table(counted: Counted, surveys: list[Survey], lang: str) -> pd.DataFrame:
    """Return the hosts of containing authorities in the edition: `level`, `code` and `name` of the
    authority, empty where a host matches none, `host`."""
    territories = counted.territories
    assert territories.country is not None  # the country has an embedded edition
    hosts = authority_hosts(territories.country)
    names = [
        territories.parent_names.get(level, {}).get(code, "")
        for level, code in hosts[["level", "code"]].itertuples(index=False)
    ]
    hosts.insert(2, "name", names)
    return hosts


Made = Callable[[Counted, list[Survey], str], pd.DataFrame]

TABLES: Mapping[str, Made] = {
    "presence": presence_table,
    "change": change_table,
    "equal-size": equal_size_table,
    "survey": survey_table,
    "hosts": hosts_table,
}


def _titled(table: pd.DataFrame, barometer: Barometer, lang: str) -> pd.DataFrame:
    titled = table.copy()
    titled.insert(1, "category_title", table["category"].map(_category_titles(barometer, lang)))
    criteria = {name: in_language(title, lang) for name, title in barometer.criteria.items()}
    titled.insert(3, "criterion_title", table["criterion"].map(criteria))
    return titled


def _category_titles(barometer: Barometer, lang: str) -> dict[str, str]:
    titles = {category.id: in_language(category.title, lang) for category in barometer.categories}
    others = barometer.other_categories.items()
    return titles | {name: in_language(title, lang) for name, title in others}
