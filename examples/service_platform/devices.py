"""Emulated devices: a card with a profile of the operator, in a device with an IMEI that reports for itself."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from apdu import ApduChannel, Command, instruction, status
from euicc import Card
from euicc import eid as eids
from euicc.testing.network import Challenge
from euicc.testing.profile_builder import build
from examples.service_platform import air
from examples.service_platform.client import Client
from examples.service_platform.identifiers import with_luhn_digit
from examples.service_platform.operator_side import Access, OperatorSide, personalisation
from ipa import files
from ipa.lpa import Lpa
from ipa.subscription import read_subscription

_3G_CONTEXT = 0x81
_TEST_TAC, _TEST_ISSUER, _TEST_PLMN, _TEST_VIN = "35209900", "89001010", "00101", "TESTVEHCLE"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Identifiers of test ranges, made of a number up to 999999."""

    imei: str
    iccid: str
    imsi: str
    equipment: str

    @classmethod
    def of(cls, number: int) -> Numbers:
        return cls(
            with_luhn_digit(f"{_TEST_TAC}{number:06}"),
            with_luhn_digit(f"{_TEST_ISSUER}{number:010}"),
            f"{_TEST_PLMN}{number:010}",
            f"{_TEST_VIN}{number:07}",
        )


def make_card(number: int, imsi: str, iccid: str) -> Card:
    """A card with an EID of its own (number: up to 12 digits), as it comes from its maker: one enabled profile."""
    card = Card.manufacture(eid=eids.with_check_digits(f"890490320010010000{number:012}"))
    card.preload(build(personalisation(imsi, iccid)).package, enabled=True)
    return card


class EmulatedDevice:
    """What is mounted in an equipment. credential: what the device maker put into it."""

    def __init__(self, imei: str, card: Card, credential: str = "") -> None:
        self.imei, self.card, self.credential = imei, card, credential

    def identity(self) -> dict[str, str]:
        """EID, ICCID and IMSI, as the card tells them."""
        with Lpa(self.card) as lpa:
            eid = lpa.eid()
        found = read_subscription(self.card)
        return {"eid": eid, "iccid": found.iccid, "imsi": found.imsi}

    def report(self, client: Client) -> dict[str, object]:
        """Tells the platform what is in it; `client` has its credential."""
        return client.post(f"/devices/{self.imei}/report", self.identity())

    def attach(self, network: OperatorSide) -> Access:
        """Switches on: the card's IMSI is presented, and it answers the network's challenge."""
        return network.attach(read_subscription(self.card).imsi, self.answer, self.imei)

    def attach_over(self, http: httpx.Client) -> Access:
        """The same to a network in another process."""
        return air.attach(http, read_subscription(self.card).imsi, self.imei, self.answer)

    def answer(self, challenge: Challenge) -> bytes | None:
        """AUTHENTICATE in the USIM; None when the card does not recognise the network."""
        channel = ApduChannel(self.card)
        files.enter(channel, "ADF.USIM")
        command = Command(0x00, instruction.AUTHENTICATE, 0, _3G_CONTEXT, challenge.data, 256)
        response = channel.send(command)
        return None if response.sw == status.INCORRECT_MAC else response.checked()
