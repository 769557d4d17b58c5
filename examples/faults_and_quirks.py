"""A device on bad days: quirks of real cards, an answer that is lost, a server that lies, a memory that is full."""

from __future__ import annotations

from apdu import TransportError
from asn1.generated import rsp
from euicc import Card, Config
from euicc.quirks import QUIRKS
from euicc.testing.faults import Drop, FaultyTransport, MemoryFull
from euicc.testing.faults.servers import Altered, FaultyServer
from euicc.testing.lab import InProcess
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import build
from euicc.testing.smdp import SmDpPlus
from ipa.errors import IpaError
from ipa.lpa import Lpa

ADDRESS = "smdp.example.com"
PROFILE = build()


def outcome(lpa: Lpa, code: str) -> str:
    """A profile is downloaded and enabled; what came of it."""
    try:
        lpa.download(code)
        lpa.enable(PROFILE.iccid)
    except (IpaError, TransportError) as error:
        return str(error)
    return "downloaded and enabled"


def main() -> None:
    server = SmDpPlus(Pki.default(), ADDRESS)

    def code() -> str:
        return server.activation_code(server.order(PROFILE.package))

    for name in (name for name, quirk in QUIRKS.items() if "sgp22" in quirk.variants):
        lpa = Lpa(Card.manufacture(config=Config(quirks=(name,))), servers=InProcess([server]))
        print(f"{name:25}{outcome(lpa, code())}")

    lossy = FaultyTransport(
        Card.manufacture(), [Drop("answer").when(tag=rsp.EnableProfileRequest.TAG, nth=1)]
    )
    lpa = Lpa(lossy, servers=InProcess([server]))
    print(f"an answer is lost:       {outcome(lpa, code())}")
    print(f"   and yet it is enabled: {lpa.profiles()[0].profile_state == rsp.ProfileState.ENABLED}")

    faulty = FaultyServer(server, [Altered("smdpSignature2").when(function="authenticateClient")])
    print(f"a wrong signature:       {outcome(Lpa(Card.manufacture(), servers=InProcess([faulty])), code())}")

    card = Card.manufacture()
    with MemoryFull(free=1000).on(card):
        print(f"a full memory:           {outcome(Lpa(card, servers=InProcess([server])), code())}")


if __name__ == "__main__":
    main()
