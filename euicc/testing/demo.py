"""The demonstration: a factory-new eUICC downloads a profile over HTTPS, enables it, and answers as that subscription.

All parts are the real ones: the card knows the SM-DP+ and the device only by what they send it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from apdu import Command, StatusError, Transport, aid, instruction, status
from apdu.channel import ApduChannel
from apdu.trace import Recorder, Trace
from euicc import eid as eids
from euicc.card import Card
from euicc.testing import http
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import build
from euicc.testing.smdp import Order, OrderState, SmDpPlus
from ipa import iccid as iccids
from ipa import steps
from ipa.driver import User
from ipa.lpa import Lpa

EF_ICCID = 0x2FE2
EF_IMSI = 0x6F07
EF_SPN = 0x6F46
# SELECT by file identifier, no data in the answer wanted, TS 102 221 11.1.1.
_BY_FILE_ID, _NO_DATA = 0x00, 0x0C
_UCS2 = b"\x80"
# The default alphabet of TS 23.038 6.2.1, by code.
_GSM_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


class DemoError(Exception):
    """What was read back is not what was ordered, or the server heard otherwise."""


@dataclass(frozen=True)
class Step:
    """Something that was done: what, with which result, in how many seconds."""

    title: str
    detail: str
    seconds: float


@dataclass(frozen=True)
class Subscription:
    """What a card tells of its enabled profile: digits; the service provider as its EF has it, "" without one."""

    iccid: str
    imsi: str
    service_provider: str


@dataclass(frozen=True)
class Outcome:
    """What the demonstration has shown."""

    eid: str
    activation_code: str
    subscription: Subscription
    steps: tuple[Step, ...]
    trace: Trace = field(repr=False)


class Timeline(User):
    """Notes when each step was done; as the device's user, the stages of the download, too."""

    def __init__(self, report: Callable[[Step], None]) -> None:
        self._report = report
        self._since = time.perf_counter()
        self._stage = steps.Progress(steps.Stage.AUTHENTICATING)
        self.steps: list[Step] = []

    def done(self, title: str, detail: str = "") -> None:
        """The step that began where the last one ended is over."""
        now = time.perf_counter()
        step = Step(title, detail, now - self._since)
        self._since = now
        self.steps.append(step)
        self._report(step)

    def progress(self, news: steps.Progress) -> None:
        """A stage is over when another one begins."""
        if news.stage is not self._stage.stage:
            self.done(*_told(self._stage))
        self._stage = news


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
    _check(order, subscription)
    return Outcome(eid, code, subscription, tuple(timeline.steps), device.trace)


def order_profile(server: SmDpPlus, package: bytes | None = None, **options: Any) -> Order:
    """An order for a package, or for the built-in test profile; options and errors are those of SmDpPlus.order."""
    if package is not None:
        return server.order(package, **options)
    profile = build()
    names = {"service_provider_name": profile.spn, "profile_name": profile.profile_name}
    return server.order(profile.package, **{**names, **options})


def read_subscription(transport: Transport) -> Subscription:
    """Resets the card and reads its enabled profile as a terminal does; StatusError when there is none."""
    transport.reset()
    basic = ApduChannel(transport)
    iccid = _read(basic, EF_ICCID)
    basic.select(aid.USIM)
    return Subscription(
        iccid=iccids.to_digits(iccid),
        imsi=_imsi(_read(basic, EF_IMSI)),
        service_provider=_service_provider(basic),
    )


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


_STAGES = {
    steps.Stage.AUTHENTICATING: "TLS and mutual authentication",
    steps.Stage.PREPARING: "Download prepared",
    steps.Stage.FETCHING: "Bound profile package fetched",
    steps.Stage.INSTALLING: "Profile installed",
    steps.Stage.NOTIFYING: "Installation result delivered",
}


def _told(stage: steps.Progress) -> tuple[str, str]:
    detail = f"{stage.total} bytes" if stage.total else ""
    return _STAGES.get(stage.stage, stage.stage.value), detail


def _read(channel: ApduChannel, file: int) -> bytes:
    selection = Command(0x00, instruction.SELECT, _BY_FILE_ID, _NO_DATA, file.to_bytes(2, "big"))
    channel.send(selection).checked()
    return channel.send(Command(0x00, instruction.READ_BINARY, 0, 0, le=256)).checked()


def _imsi(content: bytes) -> str:
    """EF_IMSI, TS 31.102 4.2.2: length, then a nibble of type and parity, then the digits."""
    return iccids.to_digits(content[1 : 1 + content[0]])[1:]


def _service_provider(channel: ApduChannel) -> str:
    try:
        return service_provider_name(_read(channel, EF_SPN))
    except StatusError as error:
        if error.sw != status.FILE_NOT_FOUND:
            raise
        return ""


def service_provider_name(content: bytes) -> str:
    """EF_SPN, TS 31.102 4.2.12: after the display condition the name, in the default alphabet or UCS2."""
    name = content[1:]
    if name[:1] == _UCS2:
        whole = len(name) - (len(name) + 1) % 2
        return name[1:whole].decode("utf-16-be", "replace").rstrip("\uffff")
    return "".join(_GSM_ALPHABET[code & 0x7F] for code in name.rstrip(b"\xff"))


def _check(order: Order, subscription: Subscription) -> None:
    expected = iccids.to_digits(order.iccid)
    if subscription.iccid != expected:
        raise DemoError(f"the card has ICCID {subscription.iccid}, and {expected} was ordered")
    if order.state is not OrderState.INSTALLED:
        raise DemoError(f"for the SM-DP+ the profile is: {order.state.value}")
