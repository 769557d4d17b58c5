"""Programs to start from; each runs with `python -m examples.NAME` at the top of the repository."""
