"""TLS 1.2 with pre-shared keys, without I/O: RFC 5246, RFC 4279, RFC 5487.

Two cipher suites, those of SCP81: TLS_PSK_WITH_AES_128_GCM_SHA256 and TLS_PSK_WITH_AES_128_CBC_SHA256. No certificates,
no resumption, no renegotiation, no compression, no encrypt-then-MAC (RFC 7366). Randomness is given in, so that a card
with a seed says the same bytes again. TlsError is the one exception that a peer can cause.
"""

from __future__ import annotations

from euicc.crypto.tls_psk.alerts import Alert, TlsError
from euicc.crypto.tls_psk.client import Client
from euicc.crypto.tls_psk.connection import Connection
from euicc.crypto.tls_psk.server import Server
from euicc.crypto.tls_psk.suites import PSK_AES128_CBC_SHA256, PSK_AES128_GCM_SHA256, SUITES, Suite

__all__ = [
    "PSK_AES128_CBC_SHA256",
    "PSK_AES128_GCM_SHA256",
    "SUITES",
    "Alert",
    "Client",
    "Connection",
    "Server",
    "Suite",
    "TlsError",
]
