"""Benchmarks, each compared with the tools that a user would otherwise choose."""
