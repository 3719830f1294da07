"""Run: the command line, the builders of the embedded data, the benchmarks."""

import sys

AS_A_PROCESS = (sys.executable, "-m", "zoneblanche.scripts.cli")
"""The command in an interpreter of its own, as benchmarks and trials call it."""
