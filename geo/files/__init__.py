"""Any file: its kind, its limits, and writing results whole or not at all."""
