"""The demonstration of SGP.22: a factory-new eUICC, an LPA, an SM-DP+ over HTTPS, a subscription."""

from __future__ import annotations

from collections.abc import Callable

from apdu.trace import Recorder
from euicc import eid as eids
from euicc.card import Card
from euicc.testing import http
from euicc.testing.demo.outcome import Outcome, check_subscription, order_profile
from euicc.testing.demo.subscription import read_subscription
from euicc.testing.demo.timeline import Step, Timeline
from euicc.testing.pki import Pki
from euicc.testing.smdp import Order, SmDpPlus
from ipa import iccid as iccids
from ipa.lpa import Lpa


def run(
    package: bytes | None = None,
    pki: Pki | None = None,
    report: Callable[[Step], None] = lambda step: None,
) -> Outcome:
    """The whole demonstration; `report` gets each step when it is done.

    `package`: the profile to download, by default the built-in one. `pki`: everybody's certificates; the first
    CI counts for TLS. DemoError, IpaError, PackageError, IssuerError and http.ServeError.
    """
    timeline, issuer = Timeline(report), pki or Pki.default()
    card = Card.manufacture(pki=issuer)
    eid = eids.digits(card.identity.eid)
    timeline.done("Card manufactured", f"EID {eid}, {issuer.trusted[0].curve.name}")
    device, server = Recorder(card), SmDpPlus(issuer)
    with http.serve(server, tls=issuer.issue_tls(http.LOOPBACK)) as address:
        order = order_profile(server, package)
        code = server.activation_code(order)
        timeline.done("SM-DP+ serves", f"https://{address}")
        _use(device, timeline, server, order)
    timeline.done("SM-DP+ stopped")
    subscription = read_subscription(device)
    timeline.done("Card reset, profile read by APDU", f"IMSI {subscription.imsi}")
    check_subscription(order, subscription)
    return Outcome(eid, code, subscription, tuple(timeline.steps), device.trace)


def _use(device: Recorder, timeline: Timeline, server: SmDpPlus, order: Order) -> None:
    """What the device does: download, enable, tell the server."""
    with Lpa(device, user=timeline) as lpa:
        lpa.download(server.activation_code(order))
        lpa.enable(order.iccid)
        timeline.done("Enabled, REFRESH done", f"ICCID {iccids.to_digits(order.iccid)}")
        lpa.send_notifications()
        timeline.done(
            "Notifications delivered", f"{len(server.notifications)} heard and verified by the SM-DP+"
        )
