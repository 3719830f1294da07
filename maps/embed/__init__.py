"""The embed: a map for another page, and the snippets for it."""
