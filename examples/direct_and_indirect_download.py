"""An eIM has a profile downloaded: by the IPA from the SM-DP+ itself, or through the eIM, over its one connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from euicc import Card
from euicc.testing.eim import Eim, HttpsServers
from euicc.testing.http import LOOPBACK, serve
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import build
from euicc.testing.smdp import SmDpPlus
from ipa.ipad import Ipa
from ipa.servers.http import HttpServers
from ipa.steps import Server

PKI = Pki.default()
TLS = PKI.issue_tls(LOOPBACK)


class Counted(HttpServers):
    """The IPA's way to SM-DP+: HTTPS, and what went over it."""

    def __init__(self) -> None:
        super().__init__(PKI.ci_certificates)
        self.functions: list[str] = []

    def call(self, request: Server) -> Mapping[str, Any]:
        """Notes the function."""
        self.functions.append(request.function)
        return super().call(request)


def download(eim: Eim, server: SmDpPlus, *, indirect: bool) -> None:
    """The configuration of the eIM on the card says which way; the eIM's trigger is the same."""
    card, order = Card.manufacture(variant="sgp32"), server.order(build().package)
    eid = card.identity.eid
    counted = Counted()
    with counted, Ipa(card, servers=counted) as ipa:
        ipa.add_initial_eims(eim.configuration(indirect=indirect))
        eim.associate(eid)
        wanted = eim.download(eid, server.activation_code(order))
        ipa.poll()
    print("indirect:" if indirect else "direct:", f"the trigger is {wanted.state.value},", end=" ")
    print(f"the SM-DP+ says {order.state.value};", end=" ")
    print("ES9+ of the IPA:", ", ".join(counted.functions) or "none")


def main() -> None:
    server, eim = SmDpPlus(PKI), Eim(PKI, servers=HttpsServers(PKI.ci_certificates))
    with serve(server, tls=TLS), serve(eim, tls=TLS):
        download(eim, server, indirect=False)
        download(eim, server, indirect=True)


if __name__ == "__main__":
    main()
