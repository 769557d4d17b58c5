"""The card: an embedded eUICC behind an APDU interface."""
