"""Where the cards come from: an EUM makes them for operator B, with its profile, and registers them at an SM-SR."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from apdu import aid as aids
from euicc import Card
from euicc import eid as eids
from euicc.m2m.smsr_address import SMS, SmsrAddress
from euicc.runtime import keys
from euicc.testing.m2m import eum
from euicc.testing.m2m.eis import Eis
from euicc.testing.m2m.es3 import ProfileInfo, ProfileState
from euicc.testing.m2m.pki import IssuedEuicc, M2mPki
from euicc.testing.ota.sms import address
from examples.fleet.operators import Operator
from examples.service_platform.identifiers import with_luhn_digit

_EUM, _TAC, _VIN = "890490320010020000", "35209900", "TESTVEHCLE"
_ADDRESS = 0x81
_CHECK_DIGITS = 2


@dataclass(frozen=True)
class Factory:
    """operator: whose profile the cards come with; smsr: number of the SM-SR that they know; seed: of all cards."""

    pki: M2mPki
    operator: Operator
    smsr: str
    seed: int

    def eid(self, number: int) -> bytes:
        """Of the card of the vehicle with this number."""
        return eids.with_check_digits(f"{_EUM}{number:012}")

    def number(self, eid: bytes) -> int:
        """Of the vehicle whose card has this EID."""
        return int(eid.hex()[len(_EUM) : -_CHECK_DIGITS])

    def vin(self, number: int) -> str:
        """Of the vehicle."""
        return f"{_VIN}{number:07}"

    def imei(self, number: int) -> str:
        """Of the device in it."""
        return with_luhn_digit(f"{_TAC}{number:06}")

    def issued(self, number: int) -> IssuedEuicc:
        """Identity and first keys of a card."""
        return self.pki.issue(self.eid(number))

    def card(self, number: int) -> Card:
        """A card as it leaves the factory, the same every time.

        Operator B's profile is enabled, and the holder of the fallback attribute, since there always is one. The first
        attachment was told to the SM-SR long ago.
        """
        made = Card.manufacture(
            variant="sgp02", seed=self.random_seed(number), m2m=self.issued(number).identity
        )
        made.preload(self.operator.package(number), enabled=True)
        with made.nvm.transaction():
            made.nvm.set(keys.SMSR_ADDRESSING, self._addressing)
            made.nvm.set(keys.M2M_DECLARED, b"")
        return made

    def random_seed(self, number: int) -> bytes:
        """What a card draws its random numbers from."""
        return f"{self.seed}/{number}".encode()

    def eis(self, number: int) -> Eis:
        """What the EUM registers at the SM-SR."""
        operator = self.operator
        profile = ProfileInfo(
            iccid=operator.iccid(number),
            isd_p=aids.isd_p(aids.FIRST_ISD_P),
            state=ProfileState.ENABLED,
            operator=operator.name,
            subscription=operator.subscription(number),
            fallback=True,
        )
        issued = self.issued(number)
        return eum.register(issued, self.pki.eum(issued.eid), [profile])

    @cached_property
    def _addressing(self) -> bytes:
        sms = bytes((_ADDRESS, len(address(self.smsr)) - 1)) + address(self.smsr)[1:]
        return SmsrAddress({SMS: sms}).encode()
