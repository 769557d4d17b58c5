"""An SM-DP of SGP.02 for tests, sans-IO: its procedures yield what is to go through the SM-SR."""
