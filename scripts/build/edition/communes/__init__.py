"""The communes of an edition: their codes and levels, shapes, former codes and former names."""
