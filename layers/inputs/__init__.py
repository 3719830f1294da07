"""From the files of a run to figures on today's territories, with every row accounted for."""
