"""The embed: a map for somebody else's page, and the snippets to put it there."""
