"""A machine crosses a border: it changes subscription, reads the new one, and gets the settings for its network.

What a device must learn after a change: who it is now (ICCID, IMSI), which networks it prefers, its service centre, and
the access points that the card lets it use. The rest (APN, SMSC, short codes) comes from device management, for the
pair of device identity (IMEI) and subscription (IMSI); the SMSC is also written to the card.
"""

from __future__ import annotations

from euicc import Card
from euicc.testing.profile_builder import Subscription as Profile
from euicc.testing.profile_builder import build
from ipa.lpa import Lpa
from ipa.network_settings import NetworkSettings, ShortCode
from ipa.subscription import Subscription
from ipa.terminal import Terminal
from ipa.toolkit.toolkit import Toolkit

IMEI = "352099001761481"
HOME = build(
    Profile(
        imsi="262011234567890",
        iccid="8949012345678901234",
        spn="Heimatnetz",
        service_centre="+491710760000",
        apns=("iot.heimat.example",),
    )
)
ABROAD = build(
    Profile(
        imsi="302720123456789",
        mnc_length=3,
        iccid="8930272012345678901",
        spn="Reseau local",
        service_centre="+14165550100",
        apns=("m2m.local.example", "internet"),
    )
)

SETTINGS = {
    (IMEI, "262011234567890"): NetworkSettings(
        access_points=("iot.heimat.example",), short_codes=(ShortCode("service", "2202"),)
    ),
    (IMEI, "302720123456789"): NetworkSettings(
        access_points=("m2m.local.example", "not.allowed.example"),
        smsc="+14165550199",
        short_codes=(ShortCode("service", "611"), ShortCode("voice mail", "*98")),
    ),
}
"""What device management has for each pair of device and subscription."""


def settings_for(imei: str, subscription: Subscription) -> NetworkSettings | None:
    """Asked by the terminal after each change of subscription."""
    return SETTINGS.get((imei, subscription.imsi))


def told(where: str, terminal: Terminal) -> None:
    subscription, applied = terminal.subscription(), terminal.settings
    name = subscription.service_provider.name if subscription.service_provider else "no name"
    print(
        f"{where}: {name}, IMSI {subscription.imsi} of {subscription.home_network}, SMSC {subscription.smsc}"
    )
    print(f"  prefers {', '.join(each.plmn for each in subscription.home_networks[:3]) or 'no network'}")
    assert applied is not None
    print(
        f"  access points {', '.join(applied.access_points)}; refused: {', '.join(applied.refused) or 'none'}"
    )
    print(f"  SMSC {applied.smsc}, on the card: {applied.smsc_on_card}")
    print(f"  short codes {', '.join(f'{code.name} {code.number}' for code in applied.short_codes)}")


def main() -> None:
    card = Card.manufacture()
    card.preload(HOME.package, enabled=True)
    card.preload(ABROAD.package)
    terminal = Terminal(card, toolkit=Toolkit.of())
    terminal.on_subscription(IMEI, settings_for)
    with Lpa(terminal) as lpa:
        told("at home", terminal)
        lpa.enable(ABROAD.iccid)
        told("abroad", terminal)
        # What device management wrote to the card stays there.
        lpa.enable(HOME.iccid)
        lpa.enable(ABROAD.iccid)
        told("abroad again", terminal)


if __name__ == "__main__":
    main()
