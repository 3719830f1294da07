"""The JSON Schema of a project file, with which an editor completes keys and marks errors."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from zoneblanche.layers.project.schema import ProjectTable

_WITHOUT_KIND = ("TableEntry", "ColumnEntry")
"""Layers that need not say their kind: a file has a table, a source has columns."""


class _PlainSchema(GenerateJsonSchema):
    """Without titles of keys, which only repeat them."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def project_schema() -> dict[str, Any]:
    """Return the schema, of draft 2020-12.

    It knows every key, its type and its bounds. What depends on several keys, on files or on the
    country is only known to `zoneblanche check`. The table `[recipe]` is any table here.
    """
    schema = ProjectTable.model_json_schema(by_alias=True, schema_generator=_PlainSchema)
    for name, entry in schema["$defs"].items():
        if name.endswith("Entry") and name not in _WITHOUT_KIND:
            entry["required"] = ["kind", *entry["required"]]
    described: dict[str, Any] = {
        "$schema": GenerateJsonSchema.schema_dialect,
        **_without_null(schema),
        "title": "zoneblanche project",
    }
    return described


def _without_null(schema: Any) -> Any:
    """TOML has no null: a key that may be absent is a key that is not required."""
    if isinstance(schema, list):
        return [_without_null(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _without_null(value) for key, value in schema.items()}
    if kept.get("default", ...) is None:
        del kept["default"]
    if "anyOf" in kept:
        kept["anyOf"] = [choice for choice in kept["anyOf"] if choice != {"type": "null"}]
        if len(kept["anyOf"]) == 1:
            kept |= kept.pop("anyOf")[0]
    return kept
