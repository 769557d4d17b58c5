"""The servers an IPA talks to: ES9+ in its JSON binding, over HTTPS."""
