"""Faults of SM-DP+, SM-DS and eIM, all in one place.

`FaultyServer` (`FaultyEim` for an eIM) stands before a server, in process or served by `euicc.testing.http.serve`:

    faulty = FaultyServer(smdp, [HttpStatus(500).when(function="getBoundProfilePackage", nth=1)])

What happens on the way (only where it is served): HttpStatus, Silence, Slow, Breaks, HalfBody, Body, ContentType,
RedirectsToItself. What an answer says: Missing, NotBase64, NotDer, Altered, AnotherSession, Refuses. What an SM-DP+
signs and protects: PIECES, and `euicc.testing.smdp.faults` for more. Its certificates: `flawed`; those of TLS: TLS.
"""

from __future__ import annotations

from euicc.testing.faults.servers.certificates import (
    TLS,
    early_tls,
    expired_tls,
    flawed,
    foreign_tls,
    tls_for_another_host,
)
from euicc.testing.faults.servers.content import (
    Altered,
    AnotherSession,
    Missing,
    NotBase64,
    NotDer,
    Refuses,
)
from euicc.testing.faults.servers.http import (
    Body,
    Breaks,
    ContentType,
    HalfBody,
    HttpStatus,
    RedirectsToItself,
    Silence,
    Slow,
)
from euicc.testing.faults.servers.pieces import PIECES
from euicc.testing.faults.servers.rules import ServerFault, ServerRule
from euicc.testing.faults.servers.server import FaultyEim, FaultyServer, Struck

__all__ = [
    "PIECES",
    "TLS",
    "Altered",
    "AnotherSession",
    "Body",
    "Breaks",
    "ContentType",
    "FaultyEim",
    "FaultyServer",
    "HalfBody",
    "HttpStatus",
    "Missing",
    "NotBase64",
    "NotDer",
    "RedirectsToItself",
    "Refuses",
    "ServerFault",
    "ServerRule",
    "Silence",
    "Slow",
    "Struck",
    "early_tls",
    "expired_tls",
    "flawed",
    "foreign_tls",
    "tls_for_another_host",
]
