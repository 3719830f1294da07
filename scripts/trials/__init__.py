"""Trials for maintainers: fuzzing, damaged files, killed runs, watched child processes."""
