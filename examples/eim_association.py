"""Three ways in which an eUICC gets an eIM: at the factory, by the IPA in the field, by the eIM that it already has."""

from __future__ import annotations

from apdu import aid, open_channel
from asn1.generated import sgp32
from euicc import Card
from euicc.testing.eim import Eim, operations
from euicc.testing.http import LOOPBACK, serve
from euicc.testing.pki import Pki
from ipa.ipad import Ipa

PKI = Pki.default()
TLS = PKI.issue_tls(LOOPBACK)


def names(ipa: Ipa) -> str:
    return ", ".join(f"{each.id} at {each.address}" for each in ipa.eims())


def at_the_factory(eim: Eim) -> None:
    """There is no other way to configure a card than ES10b.AddInitialEim: the factory sends it before delivery."""
    card = Card.manufacture(variant="sgp32")
    channel = open_channel(card)
    channel.select(aid.ISD_R)
    answer = sgp32.AddInitialEimResponse.decode(channel.store_data(eim.add_initial_eim().encode()))
    assert answer.add_initial_eim_ok is not None
    with Ipa(card) as ipa:
        print("delivered with", names(ipa))


def by_the_ipa(eim: Eim) -> None:
    """The eUICC makes an association token, without which this eIM's packages have no valid signature."""
    with Ipa(Card.manufacture(variant="sgp32")) as ipa:
        (token,) = ipa.add_initial_eims(eim.configuration(token=True))
        print(f"the IPA has added {names(ipa)}, association token {token}")


def by_the_current_eim(eim: Eim, another: Eim) -> None:
    """A signed package with addEim: from now on both manage the card. `Eim.hand_over` would also delete the first."""
    card = Card.manufacture(variant="sgp32")
    eid = card.identity.eid
    with Ipa(card) as ipa:
        ipa.add_initial_eims(eim.configuration())
        eim.associate(eid)
        order = eim.queue(eid, operations.add_eim(another.configuration()))
        ipa.poll()
        print(f"addEim is {order.state.value}")

        another.associate(eid)
        listing = another.queue(eid, operations.list_eim())
        ipa.poll()
        print(f"listEim of the new eIM is {listing.state.value}: the card has {names(ipa)}")


def main() -> None:
    eim, another = Eim(PKI, "eim1"), Eim(PKI, "eim2")
    with serve(eim, tls=TLS), serve(another, tls=TLS):
        at_the_factory(eim)
        by_the_ipa(eim)
        by_the_current_eim(eim, another)


if __name__ == "__main__":
    main()
