"""Activation codes, SGP.22 4.1: where to fetch a profile, as printed or shown in a QR code."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ipa.errors import InvalidActivationCode

LPA_PREFIX = "LPA:"
FORMAT = "1"
LENGTH_MAX = 255
CONFIRMATION_CODE_REQUIRED = "1"

# A port behind the FQDN is what test servers need; the standard knows 443 only.
_ADDRESS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?")
_TOKEN = re.compile(r"[A-Za-z0-9-]*")
_OID = re.compile(r"[0-2](?:\.[0-9]+)+")


@dataclass(frozen=True)
class ActivationCode:
    """Activation code, SGP.22 4.1.

    `address`: FQDN of the SM-DP+; `token`: AC_Token, becomes the matchingId, may be empty; `smdp_oid`: dotted
    OID that the server's certificate has to show, None when not given; `confirmation_code_required`: the user
    will need a confirmation code.
    """

    address: str
    token: str = ""
    smdp_oid: str | None = None
    confirmation_code_required: bool = False

    @classmethod
    def parse(cls, text: str) -> ActivationCode:
        """From `LPA:1$...` or `1$...`; InvalidActivationCode. Fields of later versions behind the fifth are ignored."""
        code = text.strip()
        if code[: len(LPA_PREFIX)].upper() == LPA_PREFIX:
            code = code[len(LPA_PREFIX) :]
        if len(code) > LENGTH_MAX:
            raise InvalidActivationCode(f"longer than {LENGTH_MAX} characters")
        form, *fields = code.split("$")
        if form != FORMAT:
            raise InvalidActivationCode(f"it does not begin with {LPA_PREFIX}{FORMAT}$")
        if len(fields) < 2:
            raise InvalidActivationCode("it has no address and token")
        address, token, oid, flag = [*fields, "", ""][:4]
        return cls(
            _matching(_ADDRESS, address, "address"),
            _matching(_TOKEN, token, "token"),
            _matching(_OID, oid, "SM-DP+ OID") if oid else None,
            _required(flag),
        )

    def __str__(self) -> str:
        flag = CONFIRMATION_CODE_REQUIRED if self.confirmation_code_required else ""
        optional = "$".join(("", self.smdp_oid or "", flag)).rstrip("$")
        return f"{LPA_PREFIX}{FORMAT}${self.address}${self.token}{optional}"


def _matching(pattern: re.Pattern[str], text: str, field: str) -> str:
    if not pattern.fullmatch(text):
        raise InvalidActivationCode(f"{field} {text!r}")
    return text


def _required(flag: str) -> bool:
    if flag not in ("", "0", CONFIRMATION_CODE_REQUIRED):
        raise InvalidActivationCode(f"confirmation code required flag {flag!r}")
    return flag == CONFIRMATION_CODE_REQUIRED
