"""An SM-DS for tests, SGP.22 3.6: sans-IO, with real checks."""

from __future__ import annotations

from euicc.testing.smds.server import Event, SmDs

__all__ = ["Event", "SmDs"]
