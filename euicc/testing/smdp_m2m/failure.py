"""Why an SM-DP does not carry a function out, or what it makes of a card that it cannot believe."""

from __future__ import annotations

from euicc.testing.m2m.es3 import Status, failed

# Codes from knowledge of the standard, as those of the SM-SR: nobody decides by them.
NO_PROFILE = failed("8.2.5", "3.9", "no such profile for this card")
NO_KEYS = failed("8.2.1", "1.2", "this SM-DP has no keys in the ISD-P")
NO_EIS = failed("8.1.1", "3.9", "no EIS")
UNTRUSTED = failed("8.1.2", "6.1", "certificate of the ECASD")
TOO_BIG = failed("8.1", "4.8", "memory of the eUICC")
RECEIPT = failed("8.4", "6.1", "the receipt of the eUICC")
CARD = failed("8.4", "6.1", "the eUICC did not prove that it knows the keys")
REFUSED = failed("8.4", "4.2", "the eUICC refused")
NOT_INSTALLED = failed("8.2.1", "4.2", "the profile did not install")
NOT_OFFERED = failed("8.7", "1.2", "no function of this SM-DP")


class Failure(Exception):
    """A procedure ends here. lost: an answer did not come; whatever was to be done may be tried once more.

    open_end: all of a profile was sent, and the card itself did not say, under its keys, that it did not install it.
    """

    def __init__(self, status: Status, lost: bool = False, euicc_response: bytes = b"") -> None:
        super().__init__(status.message)
        self.status = status
        self.lost = lost
        self.euicc_response = euicc_response
        self.open_end = False


class NotInstalled(Failure):
    """The card says so."""

    def __init__(self, euicc_response: bytes) -> None:
        super().__init__(NOT_INSTALLED, euicc_response=euicc_response)


class AlreadyInstalled(Exception):
    """The ISD-P does not take keys or packages any more: it has a profile."""
