"""Measuring layers on territories: the step from inputs to an atlas."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of, gathered
from zoneblanche.geo.notice import Notice
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas, empty_atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement, Table

Progress = Callable[[str], None]
"""Called with the id of each layer when its turn has come."""


def from_table(indicator: Indicator, table: Table) -> Indicator:
    """The indicator with the source, period and native level of the table it is taken from."""
    return replace(
        indicator, sources=(table.source,), period=table.period, native_level=table.level
    )


def measure_layers(
    territories: Territories,
    layers: Iterable[Layer],
    inputs: Inputs,
    *,
    progress: Progress | None = None,
) -> Atlas:
    """An atlas of what the layers measure.

    A layer that needs a source which is not among the inputs is left out, and a notice says so;
    of sources that it names with a `|` between them one is enough. So is one that its source did
    not collect anywhere; density is, without a word, where no territory has a population.

    Raises:
        InputError: the faults of all layers at once.
    """
    atlas = empty_atlas(territories)
    unmeasured: list[tuple[Layer, str, str]] = []
    faults: list[Fault] = []
    for layer in layers:
        if progress is not None:
            progress(layer.id)
        absent = [name for name in layer.needs if not any(one in inputs for one in name.split("|"))]
        if absent:
            needs = ", ".join(absent)
            unmeasured.append((layer, needs.replace("|", " or "), needs.replace("|", " ou ")))
            continue
        with gathered(faults):
            measured = layer.measure(territories, inputs)
            if (measured.reasons == Reason.NOT_COLLECTED).all():
                atlas = atlas.noting(*measured.notices)
                needs = "" if measured.notices else ", ".join(layer.needs)
                if needs:
                    unmeasured.append((layer, f"not in {needs}", f"absent de {needs}"))
                continue
            atlas = add_measurement(atlas, measured)
    if faults:
        raise InputError(list(dict.fromkeys(faults)))
    return atlas.noting(_unmeasured(unmeasured)) if unmeasured else atlas


def _unmeasured(layers: list[tuple[Layer, str, str]]) -> Notice:
    """Which layers want a source, and of a few which: `zoneblanche list layers` names them all."""
    english = [(layer.indicator.title_in("en"), why) for layer, why, _ in layers]
    french = [(layer.indicator.title_in("fr"), why) for layer, _, why in layers]
    listed, listed_fr = (
        first_of(f"{title} ({why})" if len(layers) <= 5 else title for title, why in side)
        for side in (english, french)
    )
    head = f"{len(layers)} couches ne sont pas mesurées"
    if len(layers) == 1:
        head = "Une couche n'est pas mesurée"
    return Notice(
        f"{len(layers)} layers are not measured, for want of a source: {listed}. Give it with "
        "--source NAME=FILE; `zoneblanche list layers` says which each needs.",
        fr=f"{head}, faute de source : {listed_fr}. La donner par "
        "--source NOM=FICHIER ; `zoneblanche list layers` dit laquelle pour chacune.",
        severity="remark",
    )


def add_measurement(atlas: Atlas, measured: Measurement) -> Atlas:
    """The atlas with what one layer measured, its weights, its account and its notices."""
    atlas = atlas.add(measured.indicator, measured.values, reasons=measured.reasons)
    weights = pd.DataFrame(measured.weights, index=atlas.codes)
    account = dict(atlas.account)
    if measured.account is not None:
        account[measured.indicator.id] = measured.account.as_dict()
    kept = atlas.weights[[name for name in atlas.weights if name not in weights]]
    atlas = replace(atlas, weights=pd.concat([kept, weights], axis=1), account=account)
    return atlas.noting(*measured.notices)
