"""What every picture shares: words, palettes, class breaks, legends, insets, citations."""
