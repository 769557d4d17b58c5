"""The device: an IPA (and LPA) that drives emulated and real cards."""
