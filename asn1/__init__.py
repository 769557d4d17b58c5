"""The vocabulary: the messages of SGP.22, SGP.32, the profile package and PKIX, typed."""
