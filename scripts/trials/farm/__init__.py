"""A farm of made-up town halls' sites on loopback, with known answers, for the trials of `probe`.

`python -m scripts.trials.farm` makes it from a seed, asks it, and prints precision and recall.
Nothing of it is installed.
"""
