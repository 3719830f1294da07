"""Run: the command line, the builders of the embedded data, the benchmarks."""
