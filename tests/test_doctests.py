"""The examples in docstrings give what they say."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def examples() -> list[tuple[str, str]]:
    """Every docstring with an example: its module, and its name there."""
    examples = []
    for room in ("geo", "layers", "maps", "scripts"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if ">>> " in path.read_text("utf-8") and "face" not in path.parts:
                parts = path.relative_to(ROOT).with_suffix("").parts
                name = ".".join(("zoneblanche", *parts)).removesuffix(".__init__")
                tests = doctest.DocTestFinder().find(import_module(name))
                examples += [(name, test.name) for test in tests if test.examples]
    return examples


@pytest.mark.parametrize(("module", "name"), examples())
def test_example(module: str, name: str) -> None:
    tests = doctest.DocTestFinder().find(import_module(module))
    (test,) = [test for test in tests if test.name == name]
    report: list[str] = []
    outcome = doctest.DocTestRunner().run(test, out=report.append, clear_globs=False)
    assert outcome.failed == 0, "".join(report)
