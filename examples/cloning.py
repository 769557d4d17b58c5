"""What a thief can do with a copy of a card's visible files, with the card itself, and what stops it.

A card shows IMSI and ICCID to whoever has its PIN, or to everybody if that is disabled; it never shows K. So a copy is
recognised by the network, whatever it answers; a PIN that only the device knows keeps the card from working elsewhere;
and a network that pairs subscription and device refuses both when the card is moved together with its PIN.
"""

from __future__ import annotations

from apdu import ApduChannel, Command, StatusError, instruction, status
from euicc import Card
from euicc.crypto.milenage import Milenage
from euicc.testing.network import Admission, Challenge, HomeNetwork
from euicc.testing.profile_builder import Subscription, build
from ipa import file_tree, files, pin
from ipa.aka import Authenticated, authenticate
from ipa.errors import AuthenticationRefused, PinRefused
from ipa.subscription import read_subscription

OWN_IMEI, FOREIGN_IMEI = "352099001761481", "352099009999993"
PIN1 = "4711"
OPEN = Subscription(imsi="001010000000001", iccid="8900101000000000001")
LOCKED = Subscription(imsi="001010000000002", iccid="8900101000000000002", pin1=PIN1)


def card_of(subscription: Subscription) -> Card:
    card = Card.manufacture()
    card.preload(build(subscription).package, enabled=True)
    return card


def attach(network: HomeNetwork, card: Card, imsi: str, imei: str) -> Admission:
    channel = ApduChannel(card)
    files.enter(channel, "ADF.USIM")

    def answer(challenge: Challenge) -> bytes | None:
        command = Command(0x00, instruction.AUTHENTICATE, 0, 0x81, challenge.data, 256)
        response = channel.send(command)
        return None if response.sw == status.INCORRECT_MAC else response.checked()

    return network.attach(imsi, answer, imei)


def main() -> None:
    network = HomeNetwork()
    for each in (OPEN, LOCKED):
        network.subscribe(each.imsi, Milenage(each.k, each.opc))

    print("1. A card without a PIN is copied.")
    original = card_of(OPEN)
    readable = [found for found in file_tree.walk(ApduChannel(original)) if found.elements is not None]
    stolen = read_subscription(original)
    print(f"   {len(readable)} files can be read, among them IMSI {stolen.imsi}; no file holds K")
    copy = card_of(Subscription(imsi=stolen.imsi, iccid=stolen.iccid, k=bytes(16)))
    assert read_subscription(copy) == stolen
    print(f"   the original: {attach(network, original, stolen.imsi, OWN_IMEI).value}")
    print(f"   the copy: {attach(network, copy, stolen.imsi, OWN_IMEI).value}")
    liar = network.attach(stolen.imsi, lambda challenge: b"\xdb\x08" + bytes(8))
    print(f"   a copy that accepts any network: {liar.value}")
    challenge = network.challenge(stolen.imsi)
    channel = ApduChannel(original)
    files.enter(channel, "ADF.USIM")
    first = authenticate(channel, challenge.rand, challenge.autn)
    again = authenticate(channel, challenge.rand, challenge.autn)
    print(f"   a recorded challenge: {type(first).__name__}, then {type(again).__name__}")
    assert isinstance(first, Authenticated)

    print("2. A card whose PIN only its device knows is put into another device.")
    locked = card_of(LOCKED)
    without = read_subscription(locked)
    print(f"   without the PIN: ICCID {without.iccid}, IMSI {without.imsi or 'not readable'}")
    channel = ApduChannel(locked)
    files.enter(channel, "ADF.USIM")
    try:
        authenticate(channel, challenge.rand, challenge.autn)
    except AuthenticationRefused as refused:
        print(f"   AUTHENTICATE: {refused}")
    for guess in ("0000", "1234", "9999"):
        print(f"   PIN {guess}: {pin.verify(channel, pin.PIN1, guess)}")
    try:
        read_subscription(locked, PIN1)
    except (PinRefused, StatusError) as refused:
        print(f"   the right PIN, too late: {refused}")

    print("3. The thief has card and PIN; the network knows the device.")
    network.pair(LOCKED.imsi, OWN_IMEI)
    mine = card_of(LOCKED)
    assert read_subscription(mine, PIN1).imsi == LOCKED.imsi
    print(f"   in its own device: {attach(network, mine, LOCKED.imsi, OWN_IMEI).value}")
    print(f"   in another: {attach(network, mine, LOCKED.imsi, FOREIGN_IMEI).value}")


if __name__ == "__main__":
    main()
