"""All of France, and its reports, composed once."""

from __future__ import annotations

import pytest

from tests.maps.report.reading_reports import (
    PAIRS,
)
from zoneblanche.maps.report.write import Report, Shared, compose_report
from zoneblanche.scripts.jobs.report import edition_atlas


@pytest.fixture(scope="session")
def shared() -> Shared:
    """All of France, as `zoneblanche report` takes it."""
    return Shared(edition_atlas({}))


@pytest.fixture(scope="session")
def reports(shared: Shared) -> dict[tuple[str | None, str], Report]:
    return {(area, lang): compose_report(shared, area=area, lang=lang) for area, lang in PAIRS}
