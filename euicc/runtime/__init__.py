"""The card operating system: channels, non-volatile memory, the proactive session."""
