"""The card of SGP.02: ISD-R and ISD-Ps that are managed over the air."""
