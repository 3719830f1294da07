"""Quantiles of many draws: exact if all are kept, or from a histogram for each unit."""

from __future__ import annotations

import numpy as np

QUANTILES = (0.05, 0.5, 0.95)


def exact_quantiles(figures: np.ndarray) -> np.ndarray:
    """Return (quantiles, units) of (draws, units), by position in the order; NaN draws do not
    count."""
    units = figures.shape[1]
    out = np.full((len(QUANTILES), units), np.nan)
    for start in range(0, units, 4096):
        columns = np.sort(np.ascontiguousarray(figures[:, start : start + 4096].T), axis=1)
        total = (~np.isnan(columns)).sum(axis=1)
        rows = np.flatnonzero(total)
        for number, share in enumerate(QUANTILES):
            place = _place(share, total)
            out[number, start + rows] = columns[rows, place[rows]]
    return out


class Histogram:
    """For each unit, how often its figure was in each of its own bins."""

    def __init__(self, units: int, bins: int, dtype: str, *, whole: bool) -> None:
        self.counts = np.zeros((units, bins), dtype=dtype)
        self.whole = whole
        self.low = np.zeros(units, dtype="float32")
        self.per_unit = np.zeros(units, dtype="float32")

    def span(self, figures: np.ndarray) -> None:
        """Set the bins from the first draws: their range, and an eighth of it on either side.

        Integer figures get bins of at least one, which begin at an integer, so that a narrow
        histogram is exact.
        """
        bins = self.counts.shape[1]
        with np.errstate(invalid="ignore"):
            least, most = np.nanmin(figures, axis=0), np.nanmax(figures, axis=0)
        margin = (most - least) / 8.0
        low = least - margin
        width = np.maximum((most - least + 2.0 * margin) * 1.001, 1e-6) / bins
        if self.whole:
            spare = (bins - (most - least + 1)) // 2
            narrow = spare >= margin
            low = np.where(narrow, least - np.floor(spare), np.floor(np.maximum(low, 1.0)))
            width = np.where(narrow, 1.0, np.maximum(width, 1.0))
        self.low = low.astype("float32")
        self.per_unit = (1.0 / width).astype("float32")

    def quantiles(self) -> np.ndarray:
        """Return (quantiles, units): by position in the order, uniform within a bin, as exact as
        the figures, which are single."""
        units = len(self.counts)
        out = np.full((len(QUANTILES), units), np.nan)
        for start in range(0, units, 2048):
            counts = self.counts[start : start + 2048]
            # No unit has more figures than the counts can hold.
            upto = counts.cumsum(axis=1, dtype=counts.dtype)
            total = upto[:, -1].astype("int64")
            rows = np.arange(len(counts))
            width = 1.0 / self.per_unit[start : start + 2048].astype("float64")
            low = self.low[start : start + 2048].astype("float64")
            for number, share in enumerate(QUANTILES):
                place = _place(share, total)
                where = (upto > place.astype(counts.dtype)[:, None]).argmax(axis=1)
                inside_bin = counts[rows, where].astype("int64")
                count = np.maximum(inside_bin, 1)
                before = upto[rows, where] - inside_bin
                inside = (place - before + 0.5) / count
                if self.whole:
                    figure = low + np.floor((where + inside * (width > 1.0)) * width)
                else:
                    figure = low + (where + inside) * width
                out[number, start : start + 2048] = np.where(total > 0, figure, np.nan)
        return out.astype("float32").astype("float64")


def _place(share: float, total: np.ndarray) -> np.ndarray:
    """Return the 0-based position of a quantile in the order of `total` figures: outwards for the
    ends."""
    rounded = np.floor if share <= 0.5 else np.ceil
    return np.asarray(rounded(share * (total - 1)).clip(min=0)).astype("int64")
