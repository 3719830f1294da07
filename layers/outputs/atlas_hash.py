"""The identity of an atlas: what a batch of reports knows its inputs by."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd
import shapely

from zoneblanche.layers.atlas import Atlas


def atlas_hash(atlas: Atlas) -> str:
    """Return the hash of everything in an atlas: figures, reasons, shapes, names, metadata.

    It is the same on every machine and in every run.
    """
    digest = hashlib.sha256()
    tables = (
        atlas.values,
        atlas.reasons,
        atlas.weights,
        atlas.territories.facts,
        atlas.territories.parents.astype(str),
        *(atlas.intervals[name] for name in sorted(atlas.intervals)),
        pd.DataFrame({"name": atlas.territories.names.astype(str)}),
    )
    for table in tables:
        digest.update("\0".join(map(str, table.columns)).encode("utf-8", "replace"))
        digest.update(pd.util.hash_pandas_object(table, index=True).to_numpy().tobytes())
    coordinates = shapely.get_coordinates(atlas.territories.frame.geometry.to_numpy())
    digest.update(np.ascontiguousarray(coordinates).tobytes())
    content = {
        "indicators": [indicator.as_dict() for indicator in atlas.indicators.values()],
        "sources": [source.as_dict() for source in atlas.territories.sources],
        "parents": {k: dict(v) for k, v in atlas.territories.parent_names.items()},
        "notices": list(atlas.notices),
        "corrections": [correction.as_dict() for correction in atlas.corrections],
    }
    digest.update(json.dumps(content, sort_keys=True).encode())
    return digest.hexdigest()
