"""Points on territories: files of millions of them, located, counted, measured to."""
