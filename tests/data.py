"""Where the public test data of the GSMA lies: TS.48 profile packages and SGP.26 certificates.

The project does not contain them. Tests that want them are skipped with a reason where they are absent.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("EUICC_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
TS48 = DATA / "ts48"
SGP26 = DATA / "sgp26"

needs_ts48 = pytest.mark.skipif(not TS48.is_dir(), reason=f"no TS.48 profile packages at {TS48}")
needs_sgp26 = pytest.mark.skipif(not SGP26.is_dir(), reason=f"no SGP.26 certificates at {SGP26}")


def ts48_packages() -> list[Path]:
    """Every TS.48 package at hand, sorted by name; empty where there are none."""
    return sorted(TS48.glob("*.der")) if TS48.is_dir() else []
