"""ISD-P: profile packages of the TCA (SAIP), taken apart element by element and turned into a profile."""
