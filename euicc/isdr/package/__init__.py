"""eUICC Packages: what an eIM signs and the card carries out, SGP.32 2.11.1.1 and 3.3.1."""
