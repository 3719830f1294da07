"""The distance to the nearest France Services place that does not move.

Missing in the parts of the country where the list has no place.
"""

from __future__ import annotations

from dataclasses import replace

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column

SOURCE = "anct-france-services"

AT_HOME_KM = 1.5
"""Greatest distance where the territory has a place of its own: people live nearer to it than the
middle of a large territory is."""

INDICATOR = Indicator(
    id="distance-france-services",
    title={
        "fr": "Distance à la structure France services la plus proche",
        "en": "Distance to the nearest France Services place",
    },
    unit="number",
    suffix="km",
    better="lower",
    denominator="population",
    bounds=(0, None),
    digits=1,
    method={
        "fr": "Distance géodésique, sans tenir compte des routes, du centre de la commune à la "
        "structure France services fixe la plus proche (ni bus, ni permanence itinérante) ; au "
        "plus 1,5 km là où la commune en a une.",
        "en": "Distance along the ellipsoid, roads not considered, from the middle of the "
        "territory to the nearest fixed France Services place (no bus, no itinerant one); at most "
        "1.5 km where the territory has one.",
    },
)


FROM_PEOPLE = {
    "fr": "Distance géodésique, sans tenir compte des routes, de la position moyenne des "
    "habitants de la commune (carreaux de 200 m ; le centre de la commune là où ils n'ont "
    "personne) à la structure France services fixe la plus proche (ni bus, ni permanence "
    "itinérante) ; au plus 1,5 km là où la commune en a une.",
    "en": "Distance along the ellipsoid, roads not considered, from the mean position of the "
    "inhabitants of the territory (squares of 200 m; its middle where they have nobody) to the "
    "nearest fixed France Services place (no bus, no itinerant one); at most 1.5 km where the "
    "territory has one.",
}
"""The method where squares of people are given."""


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """Kilometres; from the mean position of the inhabitants where squares are given."""
    populated = "km_people" in inputs[SOURCE].frame
    measured = measure_column(
        replace(INDICATOR, method=FROM_PEOPLE) if populated else INDICATOR,
        territories,
        inputs,
        source=SOURCE,
        column="km_people" if populated else "km",
    )
    places = join_table(territories, inputs[SOURCE]).frame["places_fixed"]
    near = measured.values.clip(upper=AT_HOME_KM)
    return replace(measured, values=measured.values.mask(places > 0, near))


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
