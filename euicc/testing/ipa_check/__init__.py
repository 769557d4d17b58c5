"""`ipa check`: conformance of an IPA or LPA, which is faced as its card, its SM-DP+ and its eIM.

What is asserted was recorded at the card and at the servers; what the program says of itself is only quoted.
"""
