"""One change: the row of `states`, its effects, the network state that follows, and who is told. In one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from examples.service_platform import rights
from examples.service_platform.records import Device, Situation, Stocked, Subscription
from examples.service_platform.refusals import Conflict, InvalidTransition, Malformed, Unknown
from examples.service_platform.requests import Details, Report
from examples.service_platform.roles import Directory, Role
from examples.service_platform.states import (
    BY_STATE,
    FINAL,
    NETWORK_BY_STATE,
    Effect,
    Event,
    NetworkEvent,
    Transition,
)
from examples.service_platform.store import Store

NO_DETAILS, NO_REPORT = Details(), Report("", "", "")


@dataclass(frozen=True, slots=True)
class Cause:
    """Who causes an event, and what comes with it.

    party: name; it is not told what it did itself. credential: digest of a new one, for ANNOUNCE. report: for REPORT.
    """

    role: Role
    party: str = ""
    details: Details = NO_DETAILS
    credential: bytes = field(default=b"", repr=False)
    report: Report = NO_REPORT


class Change:
    """What one request changes. followed: the subscriptions whose network state it moved, in this order."""

    def __init__(self, store: Store, directory: Directory, at: str) -> None:
        """at: the time that notifications say."""
        self.followed: list[Stocked] = []
        self._store, self._directory, self._at = store, directory, at

    def deliver(self, subscription: Subscription) -> None:
        """A new subscription; Conflict when its ICCID or IMSI is known."""
        if self._store.subscription(subscription.iccid) or self._store.has_imsi(subscription.imsi):
            raise Conflict(
                f"ICCID {subscription.iccid} or its IMSI was delivered before", iccid=subscription.iccid
            )
        self._store.save_subscription(subscription)
        self.followed.append(Stocked(subscription))

    def announce(self, imei: str, known: Situation | None, cause: Cause) -> None:
        """A device was made, or its maker wants another credential for it; InvalidTransition."""
        row = _row(known, Event.ANNOUNCE, cause.role)
        self._store.save(Device(imei, cause.party, cause.credential, row.to))

    def move(self, before: Situation, event: Event, cause: Cause) -> Situation:
        """`event` happens to a device; InvalidTransition where no row allows it, other refusals by its effects."""
        row = _row(before, event, cause.role)
        after = replace(before, device=replace(before.device, state=row.to))
        for effect in row.effects:
            after = _EFFECTS[effect](self, after, cause)
        self._store.save(after.device)
        if row.network is not None:
            after = self._follow(after, row.network)
            self._tell(row.network, before, after, cause)
        self._tell(event, before, after, cause)
        if Effect.HAND_OVER in row.effects:
            self._take_over(before, cause)
        return after

    def tell(self, party: str, event: Event | NetworkEvent, body: dict[str, object]) -> None:
        self._store.tell(party, self._at, event.value, body)

    def _follow(self, situation: Situation, event: NetworkEvent) -> Situation:
        """The subscription of a device changes its state, too. Both tables fit together: a test holds it."""
        subscription = situation.subscription
        assert subscription is not None  # no row asks for it before the device is bound
        subscription = replace(subscription, state=NETWORK_BY_STATE[subscription.state, event].to)
        self._store.save_subscription(subscription)
        self.followed.append(Stocked(subscription, situation.device.imei))
        return replace(situation, subscription=subscription)

    def _tell(self, event: Event | NetworkEvent, before: Situation, after: Situation, cause: Cause) -> None:
        """Tells parties of the device what they see now, if it is anything else than before."""
        for role in rights.TOLD.get(event, ()):
            party, seen = after.party(role), rights.view(role, after)
            if party is not None and party != cause.party and seen != rights.view(role, before):
                self.tell(party, event, seen)

    def _take_over(self, old: Situation, cause: Cause) -> None:
        """The new device goes on where the old one was; who had suspended that has suspended this one, too.

        Unless it has nothing to do with this one: the new device may come with a subscription of another operator.
        """
        device, new = old.device, self._successor(cause)
        details = Details(equipment=device.equipment, service_provider=device.service_provider)
        new = self.move(new, Event.TAKE_OVER, Cause(Role.PLATFORM, cause.party, details))
        for role in sorted(device.state.suspended_by):
            if new.party(role) == old.party(role):
                new = self.move(new, Event.SUSPEND, Cause(role, cause.party))

    def _successor(self, cause: Cause) -> Situation:
        """The new device of a replacement, which must be of the same equipment provider."""
        new = self._store.device(cause.details.imei or "")
        if new is None or new.party(Role.EQUIPMENT_PROVIDER) != cause.party:
            raise Unknown(f"there is no device {cause.details.imei}", member="imei")
        return new

    def _bind(self, situation: Situation, cause: Cause) -> Situation:
        report, store = cause.report, self._store
        subscription = store.subscription(report.iccid)
        if subscription is None or subscription.imsi != report.imsi:
            raise Conflict("no operator delivered this ICCID with this IMSI", member="iccid")
        for member in ("eid", "iccid"):
            if store.find(member, getattr(report, member)):
                raise Conflict(f"the {member.upper()} is bound to another device", member=member)
        return Situation(replace(situation.device, eid=report.eid, iccid=report.iccid), subscription)

    def _confirm(self, situation: Situation, cause: Cause) -> Situation:
        device, subscription, report = situation.device, situation.subscription, cause.report
        bound = {"eid": device.eid, "iccid": device.iccid, "imsi": subscription and subscription.imsi}
        for member, value in bound.items():
            if getattr(report, member) != value:
                raise Conflict(f"the device is bound to another {member.upper()}", member=member)
        return situation

    def _mount(self, situation: Situation, cause: Cause) -> Situation:
        equipment = cause.details.equipment or ""
        if any(each.device.state.stage not in FINAL for each in self._store.find("equipment", equipment)):
            raise Conflict(f"equipment {equipment} has a device", member="equipment")
        return replace(situation, device=replace(situation.device, equipment=equipment))

    def _unmount(self, situation: Situation, cause: Cause) -> Situation:
        return replace(situation, device=replace(situation.device, equipment=None))

    def _hand_over(self, situation: Situation, cause: Cause) -> Situation:
        new = self._successor(cause).device.imei
        if new == situation.device.imei:
            raise Conflict("a device does not replace itself", member="imei")
        return replace(situation, device=replace(situation.device, replaced_by=new))

    def _entrust(self, situation: Situation, cause: Cause) -> Situation:
        name = cause.details.service_provider or ""
        if not self._directory.has(name, Role.SERVICE_PROVIDER):
            raise Malformed(
                f"service_provider: there is no service provider {name}", member="service_provider"
            )
        return replace(situation, device=replace(situation.device, service_provider=name))


Apply = Callable[[Change, Situation, Cause], Situation]
# HAND_OVER: what goes over is given to the new device when the old one has let go of it.
_EFFECTS: dict[Effect, Apply] = {
    Effect.BIND: Change._bind,
    Effect.CONFIRM: Change._confirm,
    Effect.MOUNT: Change._mount,
    Effect.UNMOUNT: Change._unmount,
    Effect.ENTRUST: Change._entrust,
    Effect.HAND_OVER: Change._hand_over,
}


def _row(situation: Situation | None, event: Event, role: Role) -> Transition:
    row = BY_STATE.get((situation.device.state if situation else None, event, role))
    if row is None:
        raise InvalidTransition(rights.shown_state(role, situation), event.value)
    return row
