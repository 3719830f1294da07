"""A table of the user: one figure per row, by the code of a territory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, nearest, together
from zoneblanche.geo.messages import Notices, _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables import RawTable, parse_codes, parse_numbers, read_raw_table
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator, Unit
from zoneblanche.layers.inputs.join import codes_at, keys_at
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.entries import TableEntry
from zoneblanche.layers.project.describe import describe
from zoneblanche.layers.project.former_codes import Past, place_as_is
from zoneblanche.layers.project.read import Project


@dataclass(frozen=True)
class TableLayer:
    """Measures a column of a table on territories."""

    spec: TableEntry
    project: Project

    def __call__(self, territories: Territories, inputs: Inputs) -> Measurement:
        """Return one figure per territory; every row of the table is matched or listed.

        A table of a containing level (`level`) gives each territory the figure of its container.

        Raises:
            InputError: all faults of the table, with line and column.
        """
        spec = self.spec
        raw = read_raw_table(
            self.project.path(spec.path),
            separator=spec.separator,
            decimal=spec.decimal,
            encoding=spec.encoding,
            sheet=spec.sheet,
            header=spec.header,
            limits=self.project.limits,
        )
        level = spec.level or territories.level
        _check_level(territories, level, spec, self.project)
        keys = keys_at(territories, level)
        known, everywhere = pd.Index(keys.dropna().unique()), codes_at(territories.whole, level)
        past = None
        if level == territories.level:
            past = Past.of(spec, self.project, territories, inputs)
        codes, figures = together(
            partial(
                parse_codes,
                raw,
                spec.code,
                known=everywhere if past is None else past.known(),
                level_title=_title(territories, level),
                explain=None if past is None else past.explain,
                elsewhere=None if past is None else past.elsewhere,
            ),
            partial(parse_numbers, raw, spec.value, unit=spec.unit, nodata=nodata_of(spec)),
        )
        if not np.isfinite(figures.values).any():
            raise InputError(_no_figures(raw, spec.value))
        notices = Notices((*raw.notices, *codes.notices, *figures.notices))
        if past is None:
            placed = place_as_is(codes, figures, known)
        else:
            placed = past.place(codes, figures, notices=notices)
        values = placed.values.reindex(keys.to_numpy())
        reasons = placed.reasons.reindex(keys.to_numpy()).fillna(int(Reason.NOT_MATCHED))
        return Measurement(
            indicator=table_indicator(spec, self.project, level),
            values=pd.Series(values.to_numpy(dtype="float64"), index=territories.codes),
            reasons=pd.Series(reasons.to_numpy(dtype="int8"), index=territories.codes),
            account=placed.account,
            notices=notices.as_tuple(),
        )


def _no_figures(raw: RawTable, name: str) -> Fault:
    return raw.column_fault(
        _("none of the {count} rows has a figure.", count=len(raw)),
        column=name,
        remedy=_("Check which column holds the figures, or leave the layer out."),
        kind="no-figures",
    )


def nodata_of(spec: TableEntry) -> tuple[float, ...] | None:
    """Return the figures that mean no data; None if the project says that there are none."""
    if spec.nodata is None:
        return ()
    return None if spec.nodata == "none" else (float(spec.nodata),)


def table_layer(spec: TableEntry, project: Project) -> Layer:
    """Return the layer of a table."""
    return Layer(
        indicator=table_indicator(spec, project, ""), needs=(), measure=TableLayer(spec, project)
    )


def table_indicator(spec: TableEntry, project: Project, level: str) -> Indicator:
    """A count is summed over territories; any other unit is averaged, each territory as one or
    weighted by `weight`. An address counts as declared or not."""
    unit: Unit = "boolean" if spec.unit == "url" else spec.unit
    return describe(
        spec,
        project,
        kind="extensive" if unit == "count" else "intensive",
        unit=unit,
        denominator="territories",
        level=level,
    )


def _check_level(territories: Territories, level: str, spec: TableEntry, project: Project) -> None:
    """Refuse a table whose level is neither that of the territories nor one that contains them."""
    if level == territories.level or level in territories.parents:
        return
    raise InputError(
        Fault(
            _("the territories do not say in which {level} they lie.", level=level),
            file=project.file,
            column=f"layers.{spec.id}.level",
            remedy=nearest(level, [territories.level, *territories.parents.columns]),
            kind="unknown-level",
        )
    )


def _title(territories: Territories, level: str) -> str:
    if level == territories.level:
        return territories.level_title("en", plural=True)
    return f"{level} codes"
