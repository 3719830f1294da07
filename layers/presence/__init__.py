"""The online presence of authorities: criteria, RPNT, the barometer and its waves."""
