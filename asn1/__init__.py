"""The vocabulary: ASN.1 messages of SGP.22, SGP.32, the profile package and PKIX, and their strict DER codec."""

from __future__ import annotations

from asn1.bitstring import BitString
from asn1.der import Asn1Error
from asn1.message import Choice, Message, Type

__all__ = ["Asn1Error", "BitString", "Choice", "Message", "Type"]
