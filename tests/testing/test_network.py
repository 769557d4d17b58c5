"""The home network: whom it admits, and that it comes to terms with a card that is ahead of it."""

from __future__ import annotations

from functools import cache

from apdu import ApduChannel, Command, status
from euicc import Card
from euicc.crypto.milenage import Milenage
from euicc.testing.network import Admission, Challenge, HomeNetwork
from euicc.testing.profile_builder import Subscription, build

SUBSCRIPTION = Subscription()
IMSI = SUBSCRIPTION.imsi
USIM = bytes.fromhex("A0000000871002")


@cache
def package() -> bytes:
    return build(SUBSCRIPTION).package


def network(sqn: int = 0) -> HomeNetwork:
    made = HomeNetwork()
    made.subscribe(IMSI, Milenage(SUBSCRIPTION.k, SUBSCRIPTION.opc), sqn)
    return made


class Device:
    """A device with a card: its answers to challenges."""

    def __init__(self) -> None:
        self.card = Card.manufacture()
        self.card.preload(package(), enabled=True)
        self.channel = ApduChannel(self.card)
        self.channel.select(USIM)
        self.runs = 0

    def __call__(self, challenge: Challenge) -> bytes | None:
        self.runs += 1
        answer = self.channel.send(Command(0x00, 0x88, 0x00, 0x81, challenge.data, 256))
        return None if answer.sw == status.INCORRECT_MAC else answer.checked()


def test_the_subscriber_is_admitted_as_often_as_it_comes() -> None:
    home, device = network(), Device()
    assert [home.attach(IMSI, device) for _ in range(3)] == [Admission.ADMITTED] * 3
    assert device.runs == 3


def test_a_network_that_is_behind_is_told_and_catches_up() -> None:
    device = Device()
    assert network(sqn=1000 << 5).attach(IMSI, device) is Admission.ADMITTED
    behind = network()
    assert behind.attach(IMSI, device) is Admission.ADMITTED
    assert device.runs == 3
    assert behind.attach(IMSI, device) is Admission.ADMITTED
    assert device.runs == 4


def test_whom_it_does_not_admit() -> None:
    home, device = network(), Device()
    assert home.attach("001010999999999", device) is Admission.UNKNOWN
    home.bar(IMSI)
    assert home.attach(IMSI, device) is Admission.BARRED
    home.bar(IMSI, barred=False)
    assert home.attach(IMSI, device) is Admission.ADMITTED
    home.subscribe(IMSI, Milenage(bytes(16), SUBSCRIPTION.opc))
    assert home.attach(IMSI, device) is Admission.NETWORK_REFUSED
    home.unsubscribe(IMSI)
    assert home.attach(IMSI, device) is Admission.UNKNOWN


def test_a_paired_subscriber_is_admitted_with_its_device_only() -> None:
    home, device = network(), Device()
    home.pair(IMSI, "352099001761481")
    assert home.attach(IMSI, device, "352099001761481") is Admission.ADMITTED
    assert home.attach(IMSI, device, "352099001761499") is Admission.FOREIGN_DEVICE
    assert home.attach(IMSI, device) is Admission.FOREIGN_DEVICE
    home.pair(IMSI, None)
    assert home.attach(IMSI, device) is Admission.ADMITTED


def test_answers_that_only_look_like_some() -> None:
    home = network()
    for data in (b"", b"\xdb\x08" + bytes(8), b"\xdc\x0e" + bytes(14), b"\xdc\x0e", b"\xdb"):

        def answer(challenge: Challenge, data: bytes = data) -> bytes:
            return data

        assert home.attach(IMSI, answer) is Admission.WRONG_RESPONSE


def test_a_card_that_is_never_in_step_is_not_asked_for_ever() -> None:
    home, milenage = network(), Milenage(SUBSCRIPTION.k, SUBSCRIPTION.opc)
    asked = []

    def ahead(challenge: Challenge) -> bytes:
        asked.append(challenge)
        sqn = bytes.fromhex("000000001000")
        hidden = bytes(a ^ b for a, b in zip(sqn, milenage.f5_star(challenge.rand), strict=True))
        return b"\xdc\x0e" + hidden + milenage.f1_star(challenge.rand, sqn, bytes(2))

    assert home.attach(IMSI, ahead) is Admission.WRONG_RESPONSE
    assert len(asked) == 2
    assert "xres" not in repr(asked[0])
