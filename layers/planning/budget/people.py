"""Who lives in the territories that a budget can lift, and in how many that is not known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _, ngettext, quantity
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.planning.distances import Floats


def read_people(atlas: Atlas, codes: pd.Index) -> Floats:
    """Return the inhabitants of each territory; NaN where they are not known.

    Raises:
        InputError: they are known of no territory.
    """
    people: Floats = atlas.territories.facts["population"].reindex(codes).to_numpy(dtype="float64")
    if len(people) and np.isnan(people).all():
        raise InputError(
            Fault(
                _("no territory that is asked about has a known population."),
                remedy=_("Give an atlas of territories with their population."),
                kind="no-population",
            )
        )
    return people


def unknown_people(people: Floats) -> Iterator[str]:
    """Yield in how many of the territories the inhabitants are not known, if in any."""
    unknown = int(np.isnan(people).sum())
    if unknown:
        yield ngettext(
            "{count} territory of {all} has no known population and counts as empty.",
            "{count} territories of {all} have no known population and count as empty.",
            unknown,
            all=quantity(len(people)),
        )
