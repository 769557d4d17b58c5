"""A fleet changes its operator without a new profile: over the air, A writes B's identities into its cards.

B gives A a list of IMSIs and keys. A's OTA platform sends K to the MNO-SD, enciphered, then the files of the USIM,
EF.IMSI last, and has each device start anew by REFRESH. Cards out of coverage keep the old identity, and catch up
later. A bars an old subscription when the card has confirmed the new one: no key is ever good in two networks.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from time import perf_counter

from apdu import ApduChannel, Command, Transport, ef, instruction, status, tlv
from euicc import Card
from euicc.crypto.milenage import Milenage
from euicc.testing.network import Admission, Challenge, HomeNetwork
from euicc.testing.ota import KeySet, NoAnswer, OtaPlatform, Script, parse_expanded
from euicc.testing.profile_builder import Subscription, build
from ipa.terminal import Terminal
from ipa.toolkit.toolkit import Toolkit

USIM = bytes.fromhex("A0000000871002FF49FF0589")
TAR_MNO_SD, TAR_USIM = bytes.fromhex("B20100"), bytes.fromhex("B00140")
UICC_RESET = 0x04
NETWORK_KEYS = 0xFF6B
"""Our card's object for STORE DATA that changes K; operators have their own, see the README's limits."""
MILENAGE = b"\x01"
EF_IMSI, EF_AD, EF_FPLMN = 0x6F07, 0x6FAD, 0x6F7B
FORGOTTEN = {
    0x6F7E: bytes.fromhex("FFFFFFFFFFFFFF0000FF01"),  # EF.LOCI
    0x6F73: bytes.fromhex("FFFFFFFFFFFFFFFFFFFF0000FF01"),  # EF.PSLOCI
    0x6FE3: bytes.fromhex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF000001"),  # EF.EPSLOCI
    0x6F08: b"\x07" + b"\xff" * 32,  # EF.Keys
    0x6F09: b"\x07" + b"\xff" * 32,  # EF.KeysPS
}
"""What belongs to the old identity: where it was registered, and with which keys."""


def secret(of: str) -> bytes:
    """A test key, made of its name."""
    return sha256(b"TEST " + of.encode()).digest()[:16]


@dataclass(frozen=True)
class Identity:
    """A subscription as its operator knows it."""

    imsi: str
    k: bytes
    opc: bytes

    @classmethod
    def of(cls, operator: str, plmn: str, number: int) -> Identity:
        imsi = f"{plmn}{number:010}"
        return cls(imsi, secret(f"K {imsi}"), secret(f"OPc {operator}"))

    def milenage(self) -> Milenage:
        return Milenage(self.k, self.opc)


class Device:
    """A device in the field: its card, and whether it has coverage."""

    def __init__(self, number: int, identity: Identity) -> None:
        self.iccid = f"8900101{number:012}"
        self.covered = True
        keys = (secret(f"KIc {self.iccid}"), secret(f"KID {self.iccid}"), secret(f"DEK {self.iccid}"))
        made = Subscription(identity.imsi, self.iccid, identity.k, identity.opc, ota_keys=keys)
        self.ota_keys = KeySet(2, *keys[:2])
        self.card = Card.manufacture()
        self.card.preload(build(made).package, enabled=True)
        self.terminal = Terminal(self.card, toolkit=Toolkit.of())

    def imsi(self) -> str:
        return self.terminal.subscription().imsi

    def attach(self, network: HomeNetwork) -> Admission:
        return network.attach(self.imsi(), lambda challenge: answer(self.card, challenge))

    def deliver(self, tpdu: bytes) -> bytes:
        return self.terminal.deliver_sms(tpdu).data if self.covered else b""


def answer(card: Transport, challenge: Challenge) -> bytes | None:
    """AUTHENTICATE in the USIM; None when the card does not recognise the network."""
    channel = ApduChannel(card)
    channel.select(USIM)
    response = channel.send(Command(0x00, instruction.AUTHENTICATE, 0, 0x81, challenge.data, 256))
    return None if response.sw == status.INCORRECT_MAC else response.checked()


class OperatorA:
    """The operator that issued the cards: its network and its OTA platform."""

    def __init__(self) -> None:
        self.network = HomeNetwork()
        self.platform = OtaPlatform()

    def swap(self, device: Device, new: Identity) -> bool:
        """Write the new identity into a card; whether the card confirmed all of it."""
        key = tlv.encode(
            NETWORK_KEYS,
            tlv.encode(0x4F, USIM),
            tlv.encode(0x80, MILENAGE),
            tlv.encode(0x81, new.k),
            tlv.encode(0x82, new.opc),
        )
        store = Script().add(0x80, instruction.STORE_DATA, 0x90, 0x00, key)
        return self._done(device, TAR_MNO_SD, store) and self._done(device, TAR_USIM, files(new))

    def _done(self, device: Device, tar: bytes, script: Script) -> bool:
        try:
            response = self.platform.send(device.iccid, tar, script.expanded(), device.deliver)
        except NoAnswer:
            return False
        result = parse_expanded(response.data)
        return (
            response.status == 0 and result.executed == len(script.commands) and result.sw == status.SUCCESS
        )


def files(new: Identity) -> Script:
    """The files of the USIM for a new identity, EF.IMSI last, then REFRESH: a device half done shows its old IMSI."""
    script = Script()
    for fid, content in FORGOTTEN.items():
        script.update_binary((fid,), content)
    script.update_binary((EF_FPLMN,), b"\xff" * 12)
    script.update_binary((EF_AD,), bytes((2,)), offset=3)
    script.update_binary((EF_IMSI,), ef.encode("EF.IMSI", new.imsi, 9))
    return script.refresh(UICC_RESET)


def told(when: str, fleet: list[Device], networks: dict[str, HomeNetwork]) -> None:
    """What each network says to the fleet."""
    for name, network in networks.items():
        outcomes = Counter(device.attach(network).value for device in fleet)
        print(f"{when}: operator {name}: " + ", ".join(f"{count} {what}" for what, count in outcomes.items()))


def main(count: int = 1000) -> None:
    started = perf_counter()
    old = [Identity.of("A", "00101", number) for number in range(count)]
    new = [Identity.of("B", "00102", number) for number in range(count)]
    fleet = [Device(number, identity) for number, identity in enumerate(old)]
    operator, network_b = OperatorA(), HomeNetwork()
    networks = {"A": operator.network, "B": network_b}
    for device, identity in zip(fleet, old, strict=True):
        operator.network.subscribe(identity.imsi, identity.milenage())
        operator.platform.register(device.iccid, device.ota_keys)
    for identity in new:
        network_b.subscribe(identity.imsi, identity.milenage())
    print(f"{count} cards made in {perf_counter() - started:.1f} s")
    told("before", fleet, networks)

    for device in fleet[::10]:
        device.covered = False
    waiting = list(zip(fleet, old, new, strict=True))
    for day in ("first day", "second day"):
        began = perf_counter()
        confirmed = [(device, mine) for device, mine, theirs in waiting if operator.swap(device, theirs)]
        for _, mine in confirmed:
            operator.network.bar(mine.imsi)
        done = {device.iccid for device, _ in confirmed}
        waiting = [each for each in waiting if each[0].iccid not in done]
        print(f"{day}: {len(done)} cards swapped in {perf_counter() - began:.1f} s, {len(waiting)} missed it")
        told(day, fleet, networks)
        for device in fleet:
            device.covered = True

    # With A's key nobody gets in any more: what A would still send is not B's.
    spy = HomeNetwork()
    for mine, theirs in zip(old, new, strict=True):
        spy.subscribe(theirs.imsi, mine.milenage())
    told("a network with B's IMSIs and A's keys", fleet, {"A": spy})
    assert all(device.imsi() == theirs.imsi for device, theirs in zip(fleet, new, strict=True))
    print(f"all {count} on B after {perf_counter() - started:.1f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cards", type=int, default=1000)
    main(parser.parse_args().cards)
