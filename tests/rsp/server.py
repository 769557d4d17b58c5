"""The SM-DP+ whose messages are built by hand: `euicc.testing.machines.server`, under the name that these tests use."""

from __future__ import annotations

from euicc.testing.machines.server import (
    ADDRESS,
    SERVER_CHALLENGE,
    TRANSACTION_ID,
    Contents,
    Server,
    bound_package,
    pieces,
)

__all__ = [
    "ADDRESS",
    "SERVER_CHALLENGE",
    "TRANSACTION_ID",
    "Contents",
    "Server",
    "bound_package",
    "pieces",
]
