"""Which territories a budget lifts first, with or without new sites."""
