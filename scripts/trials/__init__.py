"""What the maintainers try the tool with: fuzz, spoiled files, killed runs, watched children."""
