"""The demonstration of SGP.32: a device in the field, its IPA, two eIMs, an SM-DP+ with profiles of two operators.

One eIM is associated, triggers downloads and switches operators by signed packages; the IPA goes back where there is
no network, and in the end escapes to the other eIM. ESipa and ES9+ are HTTPS on loopback.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from apdu.trace import Recorder
from euicc import eid as eids
from euicc.card import Card
from euicc.testing import http
from euicc.testing.demo.outcome import Outcome, check_subscription, order_profile
from euicc.testing.demo.subscription import read_iccid, read_subscription
from euicc.testing.demo.timeline import DemoError, Step, Timeline
from euicc.testing.eim import Eim, OrderState, PackageOrder, operations
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import Subscription, build
from euicc.testing.smdp import Order, SmDpPlus
from ipa import iccid as iccids
from ipa.driver import Surroundings, User
from ipa.errors import EuiccRefused
from ipa.ipad import Ipa
from ipa.state import StateKeeper

SECOND = Subscription(
    imsi="001020987654321", iccid="8900109876543210987", spn="Second Operator", profile_name="Second Profile"
)


class Coverage(Surroundings):
    """Which profiles have a network here: the device reads EF.ICCID to know which one it would attach with."""

    def __init__(self, device: Recorder) -> None:
        self._device = device
        self.missing: set[str] = set()

    def connected(self) -> bool:
        """Whether the enabled profile has a network."""
        return read_iccid(self._device) not in self.missing


@dataclass
class Scene:
    """Everybody, and what the device keeps while its IPA comes and goes."""

    timeline: Timeline
    card: Card
    device: Recorder
    smdp: SmDpPlus
    eim: Eim
    other: Eim
    coverage: Coverage
    state: StateKeeper = field(default_factory=StateKeeper)

    @property
    def servers(self) -> tuple[SmDpPlus, Eim, Eim]:
        """Whom the device can reach."""
        return self.smdp, self.eim, self.other

    @property
    def eid(self) -> bytes:
        """The card's EID."""
        return self.card.identity.eid

    def ipa(self, user: User | None = None) -> Ipa:
        """The IPA of the device."""
        return Ipa(self.device, state=self.state, user=user, surroundings=self.coverage)

    def poll(self, user: User | None = None) -> None:
        """The IPA asks its eIM, and does what it wants; DemoError when it does not get that far."""
        with self.ipa(user) as ipa:
            failures = [visit.failure for visit in ipa.poll().visits if visit.failure]
        if failures:
            raise DemoError(f"the eIM could not be served: {failures[0]}")


def run(
    package: bytes | None = None,
    pki: Pki | None = None,
    report: Callable[[Step], None] = lambda step: None,
) -> Outcome:
    """The whole demonstration; `report` gets each step when it is done.

    `package`: the first operator's profile, by default the built-in one. `pki`: everybody's certificates; the first
    CI counts for TLS. DemoError, IpaError, PackageError, IssuerError and http.ServeError.
    """
    timeline, issuer = Timeline(report), pki or Pki.default()
    scene = _manufactured(timeline, issuer)
    with ExitStack() as serving:
        for server in scene.servers:
            serving.enter_context(http.serve(server, tls=issuer.issue_tls(http.LOOPBACK)))
        timeline.done(
            "SM-DP+ and two eIMs serve", " ".join(f"https://{each.address}" for each in scene.servers)
        )
        first = order_profile(scene.smdp, package)
        code = scene.smdp.activation_code(first)
        _associate(scene)
        _download_first(scene, first)
        _enable_first(scene, first)
        second = _order_second(scene, first)
        _download_second(scene, second)
        _switch_without_network(scene, first, second)
        _switch(scene, second)
        _escape(scene, second)
    timeline.done("Servers stopped")
    subscription = read_subscription(scene.device)
    timeline.done("Card reset, profile read by APDU", f"IMSI {subscription.imsi}")
    check_subscription(second, subscription)
    managed_by = scene.other.identity.eim_id
    return Outcome(
        eids.digits(scene.eid), code, subscription, tuple(timeline.steps), scene.device.trace, managed_by
    )


def _manufactured(timeline: Timeline, pki: Pki) -> Scene:
    card = Card.manufacture(pki=pki, variant="sgp32")
    device = Recorder(card)
    eims = (Eim(pki, "eim1"), Eim(pki, "eim2"))
    scene = Scene(timeline, card, device, SmDpPlus(pki), *eims, Coverage(device))
    curve = pki.trusted[0].curve.name
    timeline.done("Card manufactured", f"EID {eids.digits(scene.eid)}, SGP.32, {curve}")
    return scene


# -- the steps, one after the other -----------------------------------------------------------------------------------


def _associate(scene: Scene) -> None:
    with scene.ipa() as ipa:
        (token,) = ipa.add_initial_eims(scene.eim.configuration(token=True))
    scene.eim.associate(scene.eid, token=token)
    scene.timeline.done("eIM associated", f"eim1, by the IPA (AddInitialEim), association token {token}")


def _download(scene: Scene, order: Order, user: User | None = None) -> None:
    """Triggered by the eIM, carried out by the IPA when it asks; the eIM gets the installation result."""
    wanted = scene.eim.download(scene.eid, scene.smdp.activation_code(order))
    scene.poll(user)
    if wanted.state is not OrderState.DONE:
        raise DemoError(f"for the eIM the download is: {wanted.state.value}")


def _download_first(scene: Scene, order: Order) -> None:
    scene.timeline.done("Download triggered by the eIM", f"eim1 names {scene.smdp.activation_code(order)}")
    _download(scene, order, scene.timeline)
    scene.timeline.done("Profile installed, the eIM told", f"ICCID {iccids.to_digits(order.iccid)}")


def _enable_first(scene: Scene, order: Order) -> None:
    package = _executed(scene, order, rollback=False)
    found = read_subscription(scene.device)
    scene.timeline.done(
        "Enabled by a signed package",
        f"counter {package.counter}, result verified; IMSI {found.imsi}, {found.service_provider}",
    )


def _order_second(scene: Scene, first: Order) -> Order:
    profile = build(SECOND)
    if first.iccid == profile.iccid_bytes:
        raise DemoError(f"ICCID {profile.iccid} is the second operator's: take another profile")
    return order_profile(
        scene.smdp,
        profile.package,
        service_provider_name=profile.spn,
        profile_name=profile.profile_name,
    )


def _download_second(scene: Scene, order: Order) -> None:
    _download(scene, order)
    scene.timeline.done(
        "Second operator's profile", f"downloaded with the first; ICCID {iccids.to_digits(order.iccid)}"
    )


def _switch_without_network(scene: Scene, first: Order, second: Order) -> None:
    scene.coverage.missing.add(iccids.to_digits(second.iccid))
    package = _executed(scene, second, rollback=True)
    back = read_iccid(scene.device)
    if not package.was_rolled_back or back != iccids.to_digits(first.iccid):
        raise DemoError(f"no rollback: the card has ICCID {back}")
    scene.timeline.done(
        "Switch rolled back, no network",
        f"counter {package.counter}, ICCID {back} again; the eIM has the proof",
    )


def _switch(scene: Scene, second: Order) -> None:
    scene.coverage.missing.clear()
    package = _executed(scene, second, rollback=True)
    now = read_iccid(scene.device)
    if package.was_rolled_back or now != iccids.to_digits(second.iccid):
        raise DemoError(f"no switch: the card has ICCID {now}")
    scene.timeline.done(
        "Switched, network there", f"counter {package.counter}, ICCID {now}; result verified and acknowledged"
    )


def _escape(scene: Scene, enabled: Order) -> None:
    configuration = scene.other.configuration(token=True)
    with scene.ipa() as ipa:
        _require_locked_in(ipa, configuration)
        (token,) = ipa.escape(configuration)
        managed_by = [each.id for each in ipa.eims()]
    if managed_by != ["eim2"]:
        raise DemoError(f"the card is managed by {managed_by}")
    scene.other.associate(scene.eid, token=token)
    scene.timeline.done("Lock-in escaped", f"eim1 erased by memory reset, eim2 associated, token {token}")
    order = scene.other.queue(scene.eid, operations.list_profile_info())
    scene.poll()
    _require_done(order)
    now = read_iccid(scene.device)
    scene.timeline.done("The new eIM manages", f"eim2 has listed the profiles; ICCID {now} stays enabled")


# -- what each step has to show ---------------------------------------------------------------------------------------


def _executed(scene: Scene, order: Order, *, rollback: bool) -> PackageOrder:
    package = scene.eim.queue(scene.eid, operations.enable(order.iccid, rollback=rollback))
    scene.poll()
    _require_done(package)
    return package


def _require_done(order: PackageOrder) -> None:
    """The eIM has a result whose signature holds; a rollback has no codes of the package."""
    if order.state is not OrderState.DONE or any(order.codes[:1]):
        raise DemoError(f"for the eIM the package is: {order.state.value}, {order.codes}")


def _require_locked_in(ipa: Ipa, configuration: Any) -> None:
    """As long as there is an eIM, the IPA cannot add one."""
    try:
        ipa.add_initial_eims(configuration)
    except EuiccRefused:
        return
    raise DemoError("a second initial eIM was associated")
