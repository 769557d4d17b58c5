"""Authentication and key agreement in a network access application, TS 33.102 6.3 and TS 31.102 clause 7.

`parameters` finds key and algorithm of an application (and changes them), `sequence` decides on freshness, `agreement`
runs the protocol, `contexts` are the security contexts of AUTHENTICATE, `bootstrapping` is GBA_U; `concealment` makes
the SUCI of GET IDENTITY.
"""
