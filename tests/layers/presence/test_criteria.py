from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.layer import Inputs, Layer, Table
from zoneblanche.layers.presence import criteria as presence

GENERIC = Table(
    pd.DataFrame(index=pd.Index(["orange.fr", "gmail.com"], name="domain")),
    level="domain",
    source=Source("ANCT", "RPNT"),
)


def inputs(website: list[str | None], email: list[str | None], codes: list[str]) -> Inputs:
    frame = pd.DataFrame(
        {"website": website, "email_domain": email}, index=pd.Index(codes, name="code")
    )
    directory = Table(frame, level="commune", source=Source("DILA", "Annuaire"), period="2026-09")
    return {presence.DIRECTORY: directory, presence.GENERIC: GENERIC}


@pytest.fixture
def toy_inputs() -> Inputs:
    """A1 has all, A2 has an unreadable site and an e-mail of its own elsewhere, B1 has nothing;
    the directory has no entry for B2."""
    return inputs(
        ["https://www.aone.fr/mairie", "www.atwo.fr", None],
        ["aone.fr", "atwo.org", None],
        ["A1", "A2", "B1"],
    )


@pytest.mark.parametrize(
    ("layer", "values", "reasons"),
    [
        ("website", [1, np.nan, 0, np.nan], [0, Reason.UNREADABLE, 0, Reason.NOT_MATCHED]),
        ("https", [1, np.nan, 0, np.nan], [0, Reason.UNREADABLE, 0, Reason.NOT_MATCHED]),
        ("own-email", [1, 1, np.nan, np.nan], [0, 0, Reason.NOT_APPLICABLE, Reason.NOT_MATCHED]),
        (
            "same-domain",
            [1, np.nan, np.nan, np.nan],
            [0, Reason.UNREADABLE, Reason.NOT_APPLICABLE, Reason.NOT_MATCHED],
        ),
        ("presence", [100, 100, 0, np.nan], [0, 0, 0, Reason.NOT_MATCHED]),
    ],
)
def test_a_criterion_is_met_not_met_or_missing_with_its_reason(
    toy: Territories,
    toy_inputs: Inputs,
    layer: str,
    values: list[float],
    reasons: list[int],
) -> None:
    measured = known_layers()[layer].measure(toy, toy_inputs)
    np.testing.assert_array_equal(measured.values.to_numpy(), values)
    assert list(measured.reasons) == reasons
    assert measured.indicator.period == "2026-09"
    assert measured.indicator.native_level == "commune"


def test_a_generic_provider_is_nobodys_own(toy: Territories) -> None:
    given = inputs([None] * 3, ["orange.fr", "GMAIL.com", "bone.fr"], ["A1", "A2", "B1"])
    measured = known_layers()["own-email"].measure(toy, given)
    assert list(measured.values[:3]) == [0, 0, 1]


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.mende.fr", "mende.fr"),
        ("HTTP://Mende.FR:8080/x?y#z", "mende.fr"),
        (" https://mende.fr ", "mende.fr"),
        ("https://user@mende.fr", "mende.fr"),
        ("https:/mende.fr", None),
        ("mende.fr", None),
        ("javascript:alert(1)", None),
        ("https://localhost", None),
        ("", None),
    ],
)
def test_hosts(address: str, host: str | None) -> None:
    hosts = presence.hosts_of(pd.Series([address]))
    assert hosts.isna().iloc[0] if host is None else hosts.iloc[0] == host


def test_premises_hand_down_a_departements_share(toy: Territories) -> None:
    frame = pd.DataFrame(
        {"premises": [200.0, 0.0], "premises_1gbps": [50.0, 0.0]},
        index=pd.Index(["A", "B"], name="code"),
    )
    table = Table(frame, level="departement", source=Source("Arcep", "Debit"), period="2022-12-31")
    measured = known_layers()["premises-1gbps"].measure(toy, {"arcep-debit": table})
    np.testing.assert_array_equal(measured.values.to_numpy(), [25, 25, np.nan, np.nan])
    assert list(measured.reasons[2:]) == [Reason.NOT_APPLICABLE] * 2, "no premises is not 0 %"
    assert measured.indicator.native_level == "departement"
    shared_out = measured.weights["premises"]
    assert list(shared_out[:2]) == [50, 150], "by population, so that sums give it back"


def test_density_is_people_over_area(toy: Territories) -> None:
    measured = known_layers()["density"].measure(toy, {})
    assert list(measured.values) == [1, 3, 10, 6]


@pytest.mark.parametrize("layer", known_layers().values(), ids=lambda layer: layer.id)
def test_every_layer_of_the_catalogue_is_described(layer: Layer) -> None:
    indicator = layer.indicator
    assert {"fr", "en"} <= set(indicator.title)
    assert {"fr", "en"} <= set(indicator.method)
    assert indicator.role in ("indicator", "context")
    context = indicator.better is None or indicator.wave_of != ""
    assert context == (indicator.role == "context")
