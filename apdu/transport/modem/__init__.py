"""A modem: answering as one with a card in its slot, and using one to reach its card (V.250, TS 27.007)."""

from __future__ import annotations

from apdu.transport.modem.client import ModemChannel, ModemTransport, open_session, restart
from apdu.transport.modem.dialogue import Dialogue
from apdu.transport.modem.errors import ModemError
from apdu.transport.modem.port import Port, SerialPort, TcpPort, open_port
from apdu.transport.modem.responder import Modem
from apdu.transport.modem.server import serve_pty, serve_tcp

__all__ = [
    "Dialogue",
    "Modem",
    "ModemChannel",
    "ModemError",
    "ModemTransport",
    "Port",
    "SerialPort",
    "TcpPort",
    "open_port",
    "open_session",
    "restart",
    "serve_pty",
    "serve_tcp",
]
