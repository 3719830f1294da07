"""The draws: variants and errors, compiled loops, and what is kept of them."""
