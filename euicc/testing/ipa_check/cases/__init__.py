"""The cases of `ipa check`, by duty."""
