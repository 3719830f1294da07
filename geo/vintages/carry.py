"""Carry figures along a passage between vintages, and report the losses.

Counts are shared out and added, means are averaged with their weight, texts are taken from the
largest part. Every source row is accounted for: before = after + lost + withheld.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _
from zoneblanche.geo.territories import check_index
from zoneblanche.geo.vintages.passage import Passage


@dataclass(frozen=True)
class Carried:
    """A table on the codes of another vintage, and the losses on the way.

    Attributes:
        frame: index `code`, unique text, sorted; the columns of the table.
        rows: source rows.
        moved: source rows of which all or a part went to another code.
        lost: source codes without a target, with the reason.
        totals: one row per column of counts: `before`, `after`, `lost`, and `withheld`, the sum of
            known figures in territories of which another part is missing, so that the sum of the
            territory is missing too.
        equal: codes that were shared out equally because populations were not known.
    """

    frame: pd.DataFrame
    rows: int
    moved: int
    lost: Mapping[str, str]
    totals: pd.DataFrame
    equal: tuple[str, ...] = ()


def carry_counts(frame: pd.DataFrame, passage: Passage) -> Carried:
    """Carry extensive figures (premises, people): shared out by the passage and added.

    A sum with a missing part is missing: otherwise it would be too small without showing it.

    Args:
        frame: float64 columns; index: source codes of the passage, unique.

    Raises:
        InputError: a code of the frame that is not in the passage.
    """
    parts = _parts(frame, passage)
    values = parts[list(frame.columns)].mul(parts["share"], axis=0)
    grouped = values.groupby(parts["target"])
    whole = grouped.count().eq(grouped.size(), axis=0)
    carried = grouped.sum().where(whole).rename_axis("code")
    lost = frame[frame.index.isin(list(passage.lost))]
    totals = pd.DataFrame(
        {
            "before": frame.sum(),
            "after": carried.sum(),
            "lost": lost.sum(),
            "withheld": grouped.sum().where(~whole).sum(),
        }
    )
    return _carried(carried, frame, passage, totals)


def carry_means(frame: pd.DataFrame, passage: Passage, *, weights: pd.Series) -> Carried:
    """Carry intensive figures (a rate, a density): means of the parts, weighted by their
    denominator.

    Args:
        frame: float64 columns; index: source codes. Missing figures are left out of a mean.
        weights: the denominator by source code (people, premises).
    """
    parts = _parts(frame, passage)
    weight = parts["source"].map(weights).astype("float64") * parts["share"]
    columns = {}
    for name in frame.columns:
        usable = weight.where(parts[name].notna())
        sums = (parts[name] * usable).groupby(parts["target"]).sum()
        over = usable.groupby(parts["target"]).sum()
        columns[name] = (sums / over).where(over > 0)
    carried = pd.DataFrame(columns).rename_axis("code")
    return _carried(carried, frame, passage, _no_totals())


def carry_largest(frame: pd.DataFrame, passage: Passage, *, weights: pd.Series) -> Carried:
    """Carry texts and categories (a website, a class): those of the part with the largest weight.

    Args:
        frame: any columns; index: source codes.
        weights: people by source code; a part without people has no weight.
    """
    parts = _parts(frame, passage)
    weight = parts["source"].map(weights).astype("float64").fillna(0) * parts["share"]
    # Among equal parts, the one that keeps its code represents the territory.
    same_code = parts["source"] == parts["target"]
    order = parts.assign(_weight=weight, _own=same_code).sort_values(
        ["_weight", "_own", "source"], ascending=[False, False, True], kind="stable"
    )
    carried = order.drop_duplicates("target").set_index("target")[list(frame.columns)]
    return _carried(carried.rename_axis("code"), frame, passage, _no_totals())


def _parts(frame: pd.DataFrame, passage: Passage) -> pd.DataFrame:
    """Return one row for each source and target: the figures of the source, `source`, `target`,
    `share`."""
    check_index(frame.index, what=_("codes of the table"))
    accounted = set(passage.shares["source"].tolist()) | set(passage.lost)
    codes = frame.index.tolist()
    strangers = [code for code in codes if code not in accounted]
    if strangers:
        raise InputError(
            Fault(
                _(
                    "{count} codes are not of this passage (first: {strangers}).",
                    count=len(strangers),
                    strangers=first_of(strangers),
                ),
                remedy=_("Build the passage from the codes of the table."),
                kind="passage",
            )
        )
    present = set(codes)
    chosen = passage.shares[[code in present for code in passage.shares["source"].tolist()]]
    figures = frame.loc[chosen["source"]].reset_index(drop=True)
    return figures.join(chosen.reset_index(drop=True))


def _carried(
    carried: pd.DataFrame, frame: pd.DataFrame, passage: Passage, totals: pd.DataFrame
) -> Carried:
    present = set(frame.index.tolist())
    return Carried(
        frame=carried.sort_index(),
        rows=len(frame),
        moved=len(present & set(passage.moved["source"])),
        lost={code: reason for code, reason in passage.lost.items() if code in present},
        totals=totals,
        equal=tuple(code for code in passage.equal if code in present),
    )


def _no_totals() -> pd.DataFrame:
    return pd.DataFrame(columns=["before", "after", "lost", "withheld"], dtype="float64")
