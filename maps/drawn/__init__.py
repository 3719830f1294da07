"""What all maps share: words, palettes, class breaks, legends, insets, citations."""
