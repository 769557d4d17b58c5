"""ISD-R: the part of the eUICC that an LPA or IPA talks to, SGP.22 2.4.3 and 5.7."""
