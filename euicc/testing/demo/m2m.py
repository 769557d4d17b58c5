"""The demonstration of SGP.02: a vehicle goes from operator B to operator A, and its management to another SM-SR.

Nobody touches the vehicle: its card is reached by short messages alone, some of which the network loses. Time is
simulated: what takes hours there is done at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from apdu import instruction
from apdu.trace import Recorder
from euicc import eid as eids
from euicc.crypto import curves
from euicc.crypto.curves import Curve
from euicc.testing.demo.outcome import Outcome
from euicc.testing.demo.subscription import read_subscription
from euicc.testing.demo.timeline import DemoError, Step, Timeline
from euicc.testing.lab.m2m_lab import OTHER_SMSR, SMDP, SMSR, Equipped, M2mLab
from euicc.testing.m2m.es2 import DownloadProfile
from euicc.testing.m2m.es3 import AuditEis, DeleteIsdp, EnableProfile, Request, Response
from euicc.testing.m2m.es4 import PrepareSmsrChange, SetFallbackAttribute, SmsrChange
from euicc.testing.m2m.pki import M2mPki
from euicc.testing.m2m.sms_network import Happening, SmsNetwork, SmsRule
from euicc.testing.ota import Handset, KeySet, NoAnswer, OtaPlatform, Script
from euicc.testing.profile_builder import Subscription

B = Subscription(imsi="001010000000001", iccid="8900101000000000001", spn="Operator B", profile_name="B")
A = Subscription(imsi="001020000000002", iccid="8900102000000000002", spn="Operator A", profile_name="A")
LOSS = SmsRule(Happening.LOST, probability=0.02)
ISD_R_TAR = bytes.fromhex("000001")
FIRST_KEYS = 0x01
BEYOND_ANY = 1_000_000
"""A counter that nobody has used: it is not the counter that the card minds."""
R = TypeVar("R", bound=Response)


def run(curve: Curve = curves.P256, report: Callable[[Step], None] = lambda step: None) -> Outcome:
    """The whole demonstration; `report` gets each step when it is done. curve: of all certificates.

    DemoError when something did not end as it should.
    """
    timeline = Timeline(report)
    lab = M2mLab(seed=b"demo", pki=M2mPki(curve), network=SmsNetwork(1, [LOSS]))
    car = lab.device("car", B, operator="B", door=Recorder)
    device = car.device.card
    assert isinstance(device, Recorder)  # it is what the door made
    timeline.done("Card manufactured", f"EID {eids.digits(car.eid)}, SGP.02, {curve.name}")
    lab.run()
    timeline.done("Vehicle attached with B, card registered", f"at the {SMSR}, EIS signed by the EUM")
    _change_operator(lab, car, timeline)
    _change_smsr(lab, car, timeline)
    _try_old_keys(lab, car, device)
    timeline.done("Old keys tried", "the card is silent")
    subscription = read_subscription(device)
    timeline.done("Card reset, profile read by APDU", f"IMSI {subscription.imsi}")
    if subscription != type(subscription)(A.iccid, A.imsi, A.spn):
        raise DemoError(f"the card has ICCID {subscription.iccid}, and A's is {A.iccid}")
    return Outcome(eids.digits(car.eid), "", subscription, tuple(timeline.steps), device.trace, OTHER_SMSR)


def _change_operator(lab: M2mLab, car: Equipped, timeline: Timeline) -> None:
    lab.order(A)
    _ask(lab, SMDP, "A", DownloadProfile(car.eid, SMSR, A.iccid))
    timeline.done("A's profile downloaded over the air", _so_far(lab))
    _ask(lab, SMSR, "A", EnableProfile(car.eid, A.iccid))
    timeline.done("Enabled, notified over A's network", f"IMSI {car.device.imsi}, {_so_far(lab)}")
    _ask(lab, SMSR, "A", SetFallbackAttribute(car.eid, A.iccid))
    _ask(lab, SMSR, "B", DeleteIsdp(car.eid, B.iccid))
    timeline.done("A's is the fallback, B's is deleted", _so_far(lab))


def _change_smsr(lab: M2mLab, car: Equipped, timeline: Timeline) -> None:
    _ask(lab, OTHER_SMSR, "A", PrepareSmsrChange(car.eid, SMSR))
    _ask(lab, SMSR, "A", SmsrChange(car.eid, OTHER_SMSR))
    timeline.done(f"Handed over to the {OTHER_SMSR}", f"new keys, {_so_far(lab)}")
    _ask(lab, OTHER_SMSR, "A", AuditEis(car.eid))
    timeline.done(f"The {OTHER_SMSR} manages", "audit of the card")


def _ask(lab: M2mLab, server: str, operator: str, request: Request[R]) -> R:
    response = lab.ask(server, operator, request)
    if not response.status.ok:
        raise DemoError(f"{type(request).__name__}: {response.status}")
    return response


def _so_far(lab: M2mLab) -> str:
    network = lab.network
    return f"{network.count} short messages so far, {network.lost} lost, after {lab.now / 60:.0f} min"


def _try_old_keys(lab: M2mLab, car: Equipped, device: Recorder) -> None:
    """What the first SM-SR still has of the card; DemoError if it opens it."""
    first = {
        key.identifier: key.value for key in lab.pki.issue(car.eid).isd_r_keys if key.version == FIRST_KEYS
    }
    platform, handset = OtaPlatform(), Handset(device)
    platform.register("card", KeySet(FIRST_KEYS, first[1], first[2]), BEYOND_ANY)
    script = Script().add(0x80, instruction.GET_DATA, 0xFF, 0x21)
    try:
        platform.send("card", ISD_R_TAR, script.expanded(), handset.deliver)
    except NoAnswer:
        return
    raise DemoError("the card answers to its old keys")
