"""The map page: an atlas in one HTML file that opens offline."""
