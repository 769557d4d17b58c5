"""A device changes its operator and then its eIM, and nobody who is left behind has to be asked twice.

The owner's eIM downloads the new profile, enables it and deletes the old one; then it hands the card over.
"""

from __future__ import annotations

from apdu import ApduChannel, Command
from euicc import Card
from euicc.testing.eim import Eim, PackageOrder, operations
from euicc.testing.http import LOOPBACK, serve
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import Subscription, build
from euicc.testing.smdp import SmDpPlus
from ipa.ipad import Ipa

PKI = Pki.default()
TLS = PKI.issue_tls(LOOPBACK)
OLD = build(Subscription(iccid="8900101234567890123", spn="Old Operator"))
NEW = build(Subscription(iccid="8900201234567890122", spn="New Operator"))


def told(order: PackageOrder) -> str:
    return f"{order.state.value}, codes {', '.join(map(str, order.codes))}"


def iccid(card: Card) -> str:
    """EF.ICCID of the enabled profile."""
    channel = ApduChannel(card)
    channel.send(Command(0x00, 0xA4, 0x00, 0x0C, bytes.fromhex("2FE2"))).checked()
    return channel.send(Command(0x00, 0xB0, 0, 0, le=256)).checked().hex()


def main() -> None:
    card = Card.manufacture(variant="sgp32")
    eid = card.identity.eid
    old_operator, new_operator = SmDpPlus(PKI), SmDpPlus(PKI)
    eim, next_eim = Eim(PKI, "eim1"), Eim(PKI, "eim2")
    with (
        serve(old_operator, tls=TLS),
        serve(new_operator, tls=TLS),
        serve(eim, tls=TLS),
        serve(next_eim, tls=TLS),
        Ipa(card) as ipa,
    ):
        (token,) = ipa.add_initial_eims(eim.configuration(token=True))
        eim.associate(eid, token=token)
        eim.download(eid, old_operator.activation_code(old_operator.order(OLD.package)))
        eim.queue(eid, operations.enable(OLD.iccid_bytes))
        ipa.poll()
        print("EF.ICCID", iccid(card), "of", OLD.spn)

        eim.download(eid, new_operator.activation_code(new_operator.order(NEW.package)))
        switch = eim.queue(eid, operations.enable(NEW.iccid_bytes, rollback=True))
        clean = eim.queue(eid, operations.delete(OLD.iccid_bytes))
        ipa.poll()
        print("enable:", told(switch), "- delete:", told(clean))
        print("EF.ICCID", iccid(card), "of", NEW.spn)

        handover = eim.hand_over(eid, next_eim, token=True)
        ipa.poll()
        print("the handover is complete:", handover.is_complete, "- eIMs:", *(each.id for each in ipa.eims()))


if __name__ == "__main__":
    main()
