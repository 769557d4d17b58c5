"""A new card downloads a profile from a test SM-DP+ over HTTPS on loopback, enables it, and shows its files."""

from __future__ import annotations

from apdu import ApduChannel, Command
from euicc import Card
from euicc.testing.http import serve
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import Subscription, build
from euicc.testing.smdp import SmDpPlus
from ipa.lpa import Lpa


def main() -> None:
    pki = Pki.default()
    profile = build(Subscription(imsi="001010123456063", iccid="8900101234567890123", spn="Example"))
    card, server = Card.manufacture(pki=pki), SmDpPlus(pki)
    order = server.order(profile.package, service_provider_name=profile.spn)

    with serve(server, tls=pki.issue_tls("localhost", ["127.0.0.1"])) as address, Lpa(card) as lpa:
        lpa.download(f"LPA:1${address}${order.matching_id}")
        lpa.enable(profile.iccid)
        lpa.send_notifications()

    channel = ApduChannel(card)
    channel.send(Command(0x00, 0xA4, 0x00, 0x04, bytes.fromhex("2FE2"), 256)).checked()
    print("EF.ICCID", channel.send(Command(0x00, 0xB0, 0, 0, le=256)).checked().hex())
    print("notifications at the server:", len(server.notifications))


if __name__ == "__main__":
    main()
