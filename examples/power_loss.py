"""The power goes at every write of EnableProfile: the card comes back before it or after it, never between."""

from __future__ import annotations

from apdu import aid, open_channel
from asn1.generated import rsp
from euicc import Card
from euicc.testing.faults import PowerCut, power_cuts
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import build
from euicc.testing.smdp import SmDpPlus
from ipa.lpa import Lpa
from ipa.steps import Server

ADDRESS = "smdp.example.com"


class InProcess:
    """A server reached by a function call: an `ipa.driver.Servers`."""

    def __init__(self, server: SmDpPlus) -> None:
        self._server = server

    def call(self, request: Server) -> dict[str, object]:
        return self._server.handle(request.function, request.body)


def new_card() -> Card:
    server = SmDpPlus(Pki.default(), ADDRESS)
    order = server.order(build().package)
    card = Card.manufacture(seed=1)
    with Lpa(card, servers=InProcess(server)) as lpa:
        lpa.download(f"1${ADDRESS}${order.matching_id}")
    return card


def enabled_after(cut: PowerCut) -> bool:
    """Whether the profile is enabled after the power went while it was enabled."""
    card = new_card()
    with cut.on(card), Lpa(card) as lpa:
        lpa.enable(build().iccid, refresh=False)
    card.reset()
    channel = open_channel(card)
    channel.select(aid.ISD_R)
    answer = rsp.ProfileInfoListResponse.decode(channel.store_data(b"\xbf\x2d\x00"))
    (profile,) = answer.profile_info_list_ok or ()
    return profile.profile_state == rsp.ProfileState.ENABLED


def main() -> None:
    for cut in power_cuts():
        enabled = enabled_after(cut)
        if cut.happened:
            print(f"power lost at write {cut.point}: profile {'enabled' if enabled else 'disabled'}")


if __name__ == "__main__":
    main()
