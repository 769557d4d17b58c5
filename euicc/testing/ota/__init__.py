"""An operator's OTA platform: secured packets, SMS, remote scripts, and whom it administers.

It shares no code with the card: a wrong reading of TS 102 225 or TS 102 226 must not agree with itself.
"""

from __future__ import annotations

from euicc.testing.ota.handset import Handset
from euicc.testing.ota.keysets import Algorithm, KeySet
from euicc.testing.ota.packet import Packet, Response, ResponseError, pack, unpack
from euicc.testing.ota.platform import Delivery, NoAnswer, OtaPlatform
from euicc.testing.ota.protection import Check, Counter, Proof, Protection
from euicc.testing.ota.script import Script, ScriptResult, parse_compact, parse_expanded

__all__ = [
    "Algorithm",
    "Check",
    "Counter",
    "Delivery",
    "Handset",
    "KeySet",
    "NoAnswer",
    "OtaPlatform",
    "Packet",
    "Proof",
    "Protection",
    "Response",
    "ResponseError",
    "Script",
    "ScriptResult",
    "pack",
    "parse_compact",
    "parse_expanded",
    "unpack",
]
