"""Commands of `ipa` that are not in its program file, one module per subject."""
