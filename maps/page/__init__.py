"""The interactive page: an atlas packed into one HTML file that opens offline."""
