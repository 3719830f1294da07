"""A farm of made-up town halls' sites on loopback, with known answers, for the trials of `probe`.

`python -m scripts.trials.made_sites` makes it from a seed, asks it, and prints precision and
recall. Nothing of it is installed.
"""
