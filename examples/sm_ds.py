"""The eIM says "ask the SM-DS": the card's root SM-DS knows which SM-DP+ has a profile for this card."""

from __future__ import annotations

from dataclasses import replace

from euicc import Card, Config
from euicc.testing.eim import Eim, HttpsServers
from euicc.testing.http import LOOPBACK, serve
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import build
from euicc.testing.smdp import SmDpPlus
from euicc.testing.smds import SmDs
from ipa.ipad import Ipa

PKI = Pki.default()
TLS = PKI.issue_tls(LOOPBACK)


def download(eim: Eim, server: SmDpPlus, smds: SmDs, *, indirect: bool) -> None:
    config = replace(Config(), variant="sgp32", root_ds_address=smds.address)
    card = Card.manufacture(config=config)
    eid = card.identity.eid

    # The operator: a profile for this card, and an event that leads to it.
    order = server.order(build().package, eid=eid)
    event = smds.register(eid, server.address, order.matching_id)

    with Ipa(card) as ipa:
        ipa.add_initial_eims(eim.configuration(indirect=indirect))
        eim.associate(eid)
        wanted = eim.download_by_smds(eid)
        ipa.poll()
    smds.delete(event)
    print(f"event {event.event_id} at {smds.address} leads to {event.rsp_server_address}:", end=" ")
    print(f"the trigger is {wanted.state.value}, the profile {order.state.value}")


def main() -> None:
    server, smds = SmDpPlus(PKI), SmDs(PKI)
    eim = Eim(PKI, servers=HttpsServers(PKI.ci_certificates))
    with serve(server, tls=TLS), serve(smds, tls=TLS), serve(eim, tls=TLS):
        download(eim, server, smds, indirect=False)
        download(eim, server, smds, indirect=True)


if __name__ == "__main__":
    main()
