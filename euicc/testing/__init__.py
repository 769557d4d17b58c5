"""The remote ends and tools that tests, demos and users drive the card with."""
