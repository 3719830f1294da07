"""`python -m zoneblanche`: the command line, where the command itself is not on the path."""

from __future__ import annotations

from zoneblanche.scripts.cli import main

# Not at import: worker processes import this module again.
if __name__ == "__main__":
    main()
