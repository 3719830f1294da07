"""Asking sites politely: names to addresses, robots.txt, turns, one request at a time."""
