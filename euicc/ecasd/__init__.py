"""ECASD: the security domain that holds the eUICC's identity, SGP.22 2.4.2."""
