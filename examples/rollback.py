"""A signed package switches to an operator without a network here: the IPA goes back, and the eIM learns of it."""

from __future__ import annotations

from apdu import ApduChannel, Command, Transport
from euicc import Card
from euicc.testing.eim import Eim, PackageOrder, operations
from euicc.testing.http import LOOPBACK, serve
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import Subscription, build
from euicc.testing.smdp import SmDpPlus
from ipa.driver import Surroundings
from ipa.ipad import Ipa

PKI = Pki.default()
TLS = PKI.issue_tls(LOOPBACK)
FIRST = build(Subscription(iccid="8900101234567890123", spn="First Operator"))
SECOND = build(Subscription(iccid="8900201234567890122", spn="Second Operator"))


class Modem(Surroundings):
    """What the device knows of its network: here, what depends on the profile that the card shows."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.covered = {FIRST.iccid_bytes}

    def iccid(self) -> bytes:
        """EF.ICCID of the enabled profile."""
        channel = ApduChannel(self._transport)
        channel.send(Command(0x00, 0xA4, 0x00, 0x0C, bytes.fromhex("2FE2"))).checked()
        return channel.send(Command(0x00, 0xB0, 0, 0, le=256)).checked()

    def connected(self) -> bool:
        """A real device waits here until it is registered, or long enough."""
        return self.iccid() in self.covered


def told(order: PackageOrder) -> str:
    outcome = "rolled back" if order.was_rolled_back else f"codes {', '.join(map(str, order.codes))}"
    return f"package {order.counter}: {order.state.value}, {outcome}"


def main() -> None:
    card, server, eim = Card.manufacture(variant="sgp32"), SmDpPlus(PKI), Eim(PKI)
    eid, modem = card.identity.eid, Modem(card)
    with serve(server, tls=TLS), serve(eim, tls=TLS), Ipa(card, surroundings=modem) as ipa:
        ipa.add_initial_eims(eim.configuration())
        eim.associate(eid)
        for profile in (FIRST, SECOND):
            eim.download(eid, server.activation_code(server.order(profile.package)))
        first = eim.queue(eid, operations.enable(FIRST.iccid_bytes))
        ipa.poll()
        print(told(first), "- EF.ICCID", modem.iccid().hex())

        # Without the flag the card would not go back, and the device would be lost until somebody comes to it.
        switch = eim.queue(eid, operations.enable(SECOND.iccid_bytes, rollback=True))
        ipa.poll()
        print(told(switch), "- EF.ICCID", modem.iccid().hex())

        modem.covered.add(SECOND.iccid_bytes)
        again = eim.queue(eid, operations.enable(SECOND.iccid_bytes, rollback=True))
        ipa.poll()
        print(told(again), "- EF.ICCID", modem.iccid().hex())


if __name__ == "__main__":
    main()
