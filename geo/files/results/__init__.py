"""Writing results whole or not at all, over nothing but our own, each file in an account."""
