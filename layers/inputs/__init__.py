"""From the files of a run to figures on the codes of the territories, with every row accounted
for."""
