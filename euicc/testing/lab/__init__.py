"""Cards, servers and devices wired together, in one process or over HTTPS on loopback; all from one seed."""

from __future__ import annotations

from euicc.testing.lab.cards import Cards, Profile, profile
from euicc.testing.lab.in_process import InProcess
from euicc.testing.lab.lab import Lab
from euicc.testing.lab.seeds import Seed, derived

__all__ = ["Cards", "InProcess", "Lab", "Profile", "Seed", "derived", "profile"]
