"""Out of a lock-in: the eIM does not let go of the card, so the owner of the device has the IPA erase it."""

from __future__ import annotations

from apdu import aid, open_channel
from asn1.generated import sgp32
from euicc import Card
from euicc.testing.eim import Eim, operations
from euicc.testing.http import LOOPBACK, serve
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import build
from euicc.testing.smdp import SmDpPlus
from ipa.errors import EuiccRefused
from ipa.ipad import Ipa

PKI = Pki.default()
TLS = PKI.issue_tls(LOOPBACK)


def send(card: Card, package: bytes) -> sgp32.EuiccPackageResult:
    """A package as it is, past the IPA."""
    card.reset()
    channel = open_channel(card)
    channel.select(aid.ISD_R)
    return sgp32.EuiccPackageResult.decode(channel.store_data(package))


def main() -> None:
    card, server = Card.manufacture(variant="sgp32"), SmDpPlus(PKI)
    eid = card.identity.eid
    old, new = Eim(PKI, "old eIM"), Eim(PKI, "new eIM")
    with serve(server, tls=TLS), serve(old, tls=TLS), serve(new, tls=TLS), Ipa(card) as ipa:
        (token,) = ipa.add_initial_eims(old.configuration(token=True))
        old.associate(eid, token=token)
        old.download(eid, server.activation_code(server.order(build().package)))
        old.queue(eid, operations.enable(build().iccid_bytes))
        ipa.poll()

        try:
            ipa.add_initial_eims(new.configuration(token=True))
        except EuiccRefused as refusal:
            print("as long as there is an eIM,", refusal)

        (token,) = ipa.escape(new.configuration(token=True))
        new.associate(eid, token=token)
        print("after the memory reset:", ", ".join(each.id for each in ipa.eims()))

        listing = new.queue(eid, operations.list_profile_info())
        ipa.poll()
        listed = listing.results[0].decoded
        assert listed is not None
        assert listed.list_profile_info_result is not None
        profiles = listed.list_profile_info_result.profile_info_list_ok or ()
        print("the profiles are still there:", [each.service_provider_name for each in profiles])

        refused = send(card, old.send(eid, old.queue(eid, operations.disable(build().iccid_bytes))))
        print("a package of the old eIM:", refused.chosen)


if __name__ == "__main__":
    main()
