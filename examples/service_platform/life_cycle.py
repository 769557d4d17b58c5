"""The platform: one method for each call of its API, one transaction for each that changes something.

A method either raises a `PlatformRefusal` and has changed nothing, or what it did is durable, and the operator's side
follows before the next request begins. Whether a role may make a call at all, `api` has asked before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from secrets import token_hex
from threading import Lock
from typing import Protocol

from examples.service_platform import rights
from examples.service_platform.change import Cause, Change
from examples.service_platform.records import Notification, Situation, Stocked, Subscription
from examples.service_platform.refusals import Conflict, Forbidden, Malformed, NotRecognised, Unknown
from examples.service_platform.requests import Delivery, Details, Report
from examples.service_platform.roles import TEST_PARTIES, Directory, Party, Role, digest
from examples.service_platform.states import NETWORK_BY_STATE, Event, NetworkEvent, NetworkState
from examples.service_platform.store import Store

View = dict[str, object]
AT_ONCE = 100
"""Of devices, subscriptions and notifications; who asks for more goes on after the last one."""
CREDENTIAL_BYTES = 32


class Network(Protocol):
    """What follows the network state of subscriptions."""

    def follow(self, imsi: str, state: NetworkState, imei: str | None) -> None:
        """This subscription is in this state, and paired with this device. It may be said again."""
        ...


class Platform:
    """The service platform over a store and in front of a network, which it tells every state that the store has."""

    def __init__(
        self,
        store: Store,
        network: Network,
        parties: Iterable[Party] = TEST_PARTIES,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.directory = Directory(parties)
        self._store, self._network, self._clock = store, network, clock
        self._lock = Lock()
        with self._lock:
            self._followed(store.stock())

    def is_device(self, credential: str) -> bool:
        """Whether a device was given this credential."""
        with self._lock:
            return bool(self._store.find("credential", digest(credential)))

    def deliver(self, operator: Party, delivery: Delivery) -> View:
        """Subscriptions for an equipment provider: all or none. Malformed, Conflict."""
        provider, to = delivery.equipment_provider, NETWORK_BY_STATE[None, NetworkEvent.DELIVER].to
        if not self.directory.has(provider, Role.EQUIPMENT_PROVIDER):
            raise Malformed(f"equipment_provider: there is no {provider}", member="equipment_provider")
        with self._change() as change:
            for iccid, imsi in delivery.subscriptions:
                change.deliver(Subscription(iccid, imsi, operator.name, provider, to))
            count: View = {"subscriptions": len(delivery.subscriptions)}
            others = {Role.EQUIPMENT_PROVIDER: provider}
            for role in rights.TOLD[NetworkEvent.DELIVER]:
                change.tell(others[role], NetworkEvent.DELIVER, count)
        return count

    def stock(self, operator: Party, after: str) -> list[View]:
        """The subscriptions of an operator, from the one after this ICCID."""
        with self._lock:
            return [_stocked(each) for each in self._store.stock(operator.name, after, AT_ONCE)]

    def announce(self, maker: Party, imei: str) -> View:
        """A device was made: gives the credential that it reports with, once. Conflict, InvalidTransition."""
        credential = token_hex(CREDENTIAL_BYTES)
        with self._change() as change:
            known = self._store.device(imei)
            if known is not None and known.device.maker != maker.name:
                raise Conflict(f"device {imei} is not yours", member="imei")
            change.announce(imei, known, Cause(Role.DEVICE_MAKER, maker.name, credential=digest(credential)))
        return {"imei": imei, "credential": credential}

    def report(self, credential: str, imei: str, report: Report) -> View:
        """A device tells what it read from its card. NotRecognised, Forbidden, Conflict, InvalidTransition."""
        with self._change() as change:
            found = self._store.find("credential", digest(credential))
            if not found:
                raise NotRecognised("no device has this credential")
            if found[0].device.imei != imei:
                raise Forbidden("a device reports for itself")
            after = change.move(found[0], Event.REPORT, Cause(Role.DEVICE, report=report))
        return {"imei": imei, "service_state": after.device.state.name}

    def carry_out(self, party: Party, imei: str, event: Event, details: Details) -> View:
        """A party causes an event of a device, and sees what became of it. Unknown, Conflict, InvalidTransition."""
        with self._change() as change:
            situation = self._involving(party, imei)
            after = change.move(situation, event, Cause(party.role, party.name, details))
        return rights.view(party.role, after)

    def device(self, party: Party, imei: str) -> View:
        """One device. Unknown."""
        with self._lock:
            return rights.view(party.role, self._involving(party, imei))

    def devices(self, party: Party, after: str) -> list[View]:
        """The devices of a party, from the one after this IMEI."""
        with self._lock:
            found = self._store.of_party(party.role, party.name, after, AT_ONCE)
        return [rights.view(party.role, each) for each in found]

    def found(self, party: Party, member: str, value: str) -> list[View]:
        """The devices of a party with this identifier. Forbidden for one that its role does not see."""
        if member not in rights.searched_by(party.role):
            raise Forbidden(f"the {party.role.words} does not look up by {member}")
        with self._lock:
            found = self._store.find(member, value)
        return [rights.view(party.role, each) for each in found if each.party(party.role) == party.name]

    def notifications(self, party: Party, after: int) -> list[Notification]:
        """What a party was told and has not acknowledged, from number after + 1."""
        with self._lock:
            return self._store.told(party.name, after, AT_ONCE)

    def acknowledge(self, party: Party, through: int) -> None:
        """What a party was told up to this number is not told again. Conflict if there is no such notification."""
        with self._change():
            if not self._store.acknowledge(party.name, through):
                raise Conflict(f"there is no notification {through}", member="through")

    def close(self) -> None:
        with self._lock:
            self._store.close()

    @contextmanager
    def _change(self) -> Iterator[Change]:
        """One request after the other; the network follows only what is durable."""
        with self._lock:
            with self._store.transaction():
                change = Change(self._store, self.directory, self._clock().isoformat(timespec="milliseconds"))
                yield change
            self._followed(change.followed)

    def _followed(self, subscriptions: Iterable[Stocked]) -> None:
        """Of several changes of a subscription the last: what is suspended in the end is not in service before."""
        for each in {each.subscription.imsi: each for each in subscriptions}.values():
            self._network.follow(each.subscription.imsi, each.subscription.state, each.imei)

    def _involving(self, party: Party, imei: str) -> Situation:
        """Unknown also for a device of others: whether there is one is not its business."""
        found = self._store.device(imei)
        if found is None or found.party(party.role) != party.name:
            raise Unknown(f"there is no device {imei}")
        return found


def _stocked(stocked: Stocked) -> View:
    subscription = stocked.subscription
    return {
        "iccid": subscription.iccid,
        "imsi": subscription.imsi,
        "network_state": subscription.state.value,
        "imei": stocked.imei,
    }
