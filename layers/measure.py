"""Measuring layers on territories: from inputs to an atlas."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of, gathered
from zoneblanche.geo.messages import Translatable, _, join, ngettext, remark, titled
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas, Column, empty_atlas
from zoneblanche.layers.indicator import Indicator, impossible
from zoneblanche.layers.layer import Inputs, Layer, Measurement, Table

Progress = Callable[[str], None]
"""Called with the id of each layer before it is measured."""


def from_table(indicator: Indicator, table: Table) -> Indicator:
    """Return the indicator with the source, period and native level of its table."""
    return replace(
        indicator, sources=(table.source,), period=table.period, native_level=table.level
    )


def measure_layers(
    territories: Territories,
    layers: Iterable[Layer],
    inputs: Inputs,
    *,
    progress: Progress | None = None,
    named: Collection[str] = (),
) -> Atlas:
    """Return an atlas with the measurements of the layers.

    A layer whose source is not among the inputs is left out, with a notice; of sources joined by
    `|`, one is enough. A layer that its source did not collect anywhere is left out too. Density is
    left out without a notice if no territory has a population.

    Args:
        named: ids of layers that were asked for by name: that one is left out is a warning.

    Raises:
        InputError: the faults of all layers together.
    """
    notices: list[str] = []
    measurements: list[Measurement] = []
    unmeasured: list[tuple[Layer, str]] = []
    faults: list[Fault] = []
    for layer in layers:
        if progress is not None:
            progress(layer.id)
        absent = [
            name for name in layer.needs if not any(source in inputs for source in name.split("|"))
        ]
        if absent:
            needs = join(join(name.split("|"), _(" or ")) for name in absent)
            unmeasured.append((layer, needs))
            continue
        with gathered(faults):
            measured = layer.measure(territories, inputs)
            _check_figures(measured)
            if (measured.reasons == Reason.NOT_COLLECTED).all():
                if layer.needs and not measured.notices:
                    unmeasured.append((layer, _("not in {needs}", needs=", ".join(layer.needs))))
            else:
                measurements.append(measured)
            notices.extend(measured.notices)
    if faults:
        raise InputError(list(dict.fromkeys(faults)))
    asked = [(layer, why) for layer, why in unmeasured if layer.id in named]
    others = [(layer, why) for layer, why in unmeasured if layer.id not in named]
    if asked:
        notices.append(_unmeasured(asked))
    if others:
        notices.append(remark(_unmeasured(others)))
    return add_measurements(empty_atlas(territories).noting(*notices), measurements)


def _check_figures(measured: Measurement) -> None:
    """Refuse figures that a layer cannot have.

    Raises:
        InputError: with the first of them.
    """
    indicator = measured.indicator
    wrong = impossible(
        measured.values.to_numpy("float64"),
        unit=indicator.unit,
        bounds=indicator.bounds,
        categories=indicator.categories,
    )
    if wrong is not None:
        at, sentence = wrong
        raise InputError(
            Fault(
                sentence,
                column=f"layers.{indicator.id}",
                feature=str(measured.values.index[at]),
                remedy=_("Correct the figure, or give the layer another unit or other bounds."),
                kind="out-of-bounds",
            )
        )


def _unmeasured(layers: list[tuple[Layer, str]]) -> Translatable:
    """Return a notice of the layers without a source; `zoneblanche list layers` names all their
    sources."""
    listed = first_of(
        _("{layer} ({why})", layer=titled(layer.indicator.title), why=why)
        if len(layers) <= 5
        else titled(layer.indicator.title)
        for layer, why in layers
    )
    return ngettext(
        "{count} layer is not measured because a source is missing: {layers}. Give it "
        "with --source NAME=FILE; `zoneblanche list layers` says which each needs.",
        "{count} layers are not measured because a source is missing: {layers}. Give it "
        "with --source NAME=FILE; `zoneblanche list layers` says which each needs.",
        len(layers),
        layers=listed,
    )


def add_measurements(atlas: Atlas, measurements: Iterable[Measurement]) -> Atlas:
    """Return the atlas with the measurements of some layers, their weights, their accounts and
    their notices."""
    columns: list[Column] = []
    weights = {str(name): atlas.weights[name] for name in atlas.weights}
    account = dict(atlas.account)
    notices: list[str] = []
    # Layers that are measured from one table share its account.
    written: dict[int, dict[str, Any]] = {}
    measurements = list(measurements)
    for measured in measurements:
        columns.append(Column(measured.indicator, measured.values, measured.reasons))
        weights |= measured.weights
        if measured.account is not None:
            if id(measured.account) not in written:
                written[id(measured.account)] = measured.account.as_dict()
            account[measured.indicator.id] = written[id(measured.account)]
        notices.extend(measured.notices)
    table = pd.DataFrame(weights, index=atlas.codes)
    return replace(atlas, weights=table, account=account).add_columns(columns).noting(*notices)
