"""The two state machines: the service state of a device, and the network state of its subscription.

Everything that decides whether something may happen is a row here, and what has no row is refused. Rows say what
happens, `life_cycle` does it. The diagrams of docs/service_platform.md are generated from these rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from examples.service_platform.roles import Role


class Stage(StrEnum):
    """How far a device has come."""

    PRE_PROVISIONED = "pre_provisioned"
    DEVICE_TEST = "device_test"
    DEVICE_TESTED = "device_tested"
    EQUIPMENT_TEST = "equipment_test"
    EQUIPMENT_TESTED = "equipment_tested"
    INSTALLED = "installed"
    REJECTED = "rejected"
    STOPPED = "stopped"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class ServiceState:
    """The stage, and who keeps an installed device suspended: it is in service when nobody does."""

    stage: Stage
    suspended_by: frozenset[Role] = frozenset()

    @property
    def name(self) -> str:
        """The stage, but "active" or "suspended" for an installed device."""
        if self.stage is not Stage.INSTALLED:
            return self.stage.value
        return "suspended" if self.suspended_by else "active"

    def __str__(self) -> str:
        by = " and ".join(sorted(each.words for each in self.suspended_by))
        return f"{self.name} by {by}" if by else self.name


class Event(StrEnum):
    """What happens to a device."""

    ANNOUNCE = "announce"
    REPORT = "report"
    DEVICE_TEST_PASSED = "device_test_passed"
    DEVICE_TEST_FAILED = "device_test_failed"
    MOUNT = "mount"
    EQUIPMENT_TEST_PASSED = "equipment_test_passed"
    EQUIPMENT_TEST_FAILED = "equipment_test_failed"
    INSTALL = "install"
    SUSPEND = "suspend"
    RESUME = "resume"
    STOP = "stop"
    REPLACE = "replace"
    TAKE_OVER = "take_over"


class Effect(StrEnum):
    """What else changes with the state."""

    ISSUE_CREDENTIAL = "the device gets a credential"
    BIND = "device, card and subscription are bound, IMEI and IMSI paired"
    CONFIRM = "the binding is compared with the reported one"
    MOUNT = "the device belongs to an equipment"
    UNMOUNT = "the equipment is free for another device"
    ENTRUST = "a service provider serves it"
    HAND_OVER = "equipment, service and suspensions go to the new device"


class NetworkState(StrEnum):
    """What the operator lets a subscription do."""

    INACTIVE = "inactive"
    TEST = "test"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class NetworkEvent(StrEnum):
    DELIVER = "deliver"
    BEGIN_TEST = "begin_test"
    END_TEST = "end_test"
    ACTIVATE = "activate"
    SUSPEND = "suspend_network"
    RESUME = "resume_network"
    TERMINATE = "terminate"


@dataclass(frozen=True, slots=True)
class Transition:
    """In `state` (None: the device is not known yet), `by` may cause `event`; what follows.

    network: what happens to the subscription. effects: in this order.
    """

    state: ServiceState | None
    event: Event
    by: Role
    to: ServiceState
    network: NetworkEvent | None = None
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkTransition:
    """In `state` (None: the subscription is not known yet), `by` may cause `event`."""

    state: NetworkState | None
    event: NetworkEvent
    by: Role
    to: NetworkState


SUSPENDERS = (Role.EQUIPMENT_PROVIDER, Role.SERVICE_PROVIDER, Role.OPERATOR)
"""Who may suspend; each takes back its own suspension and nobody else's."""
FINAL = (Stage.REJECTED, Stage.STOPPED, Stage.REPLACED)
"""Nothing follows."""

(
    PRE_PROVISIONED,
    DEVICE_TEST,
    DEVICE_TESTED,
    EQUIPMENT_TEST,
    EQUIPMENT_TESTED,
    ACTIVE,
    REJECTED,
    STOPPED,
    REPLACED,
) = (ServiceState(stage) for stage in Stage)
INSTALLED = tuple(
    ServiceState(Stage.INSTALLED, frozenset(causes))
    for count in range(len(SUSPENDERS) + 1)
    for causes in combinations(SUSPENDERS, count)
)
"""Active, and suspended by any of those who may."""
BOUND = (DEVICE_TEST, DEVICE_TESTED, EQUIPMENT_TEST, EQUIPMENT_TESTED, *INSTALLED)
STATES = (PRE_PROVISIONED, *BOUND, REJECTED, STOPPED, REPLACED)

_MAKER, _PROVIDER = Role.DEVICE_MAKER, Role.EQUIPMENT_PROVIDER


def _suspensions() -> tuple[Transition, ...]:
    """Rows for each set of causes: the network follows the first suspension and the last resumption only."""
    rows = []
    for state in INSTALLED:
        for role in SUSPENDERS:
            if role not in state.suspended_by:
                more = ServiceState(Stage.INSTALLED, state.suspended_by | {role})
                first = NetworkEvent.SUSPEND if state == ACTIVE else None
                rows.append(Transition(state, Event.SUSPEND, role, more, first))
            else:
                less = ServiceState(Stage.INSTALLED, state.suspended_by - {role})
                last = NetworkEvent.RESUME if less == ACTIVE else None
                rows.append(Transition(state, Event.RESUME, role, less, last))
    return tuple(rows)


SERVICE: tuple[Transition, ...] = (
    Transition(None, Event.ANNOUNCE, _MAKER, PRE_PROVISIONED, None, (Effect.ISSUE_CREDENTIAL,)),
    # The answer with the credential may have been lost.
    Transition(PRE_PROVISIONED, Event.ANNOUNCE, _MAKER, PRE_PROVISIONED, None, (Effect.ISSUE_CREDENTIAL,)),
    Transition(
        PRE_PROVISIONED, Event.REPORT, Role.DEVICE, DEVICE_TEST, NetworkEvent.BEGIN_TEST, (Effect.BIND,)
    ),
    *(Transition(state, Event.REPORT, Role.DEVICE, state, None, (Effect.CONFIRM,)) for state in BOUND),
    Transition(DEVICE_TEST, Event.DEVICE_TEST_PASSED, _MAKER, DEVICE_TESTED, NetworkEvent.END_TEST),
    Transition(DEVICE_TEST, Event.DEVICE_TEST_FAILED, _MAKER, REJECTED, NetworkEvent.TERMINATE),
    Transition(
        DEVICE_TESTED, Event.MOUNT, _PROVIDER, EQUIPMENT_TEST, NetworkEvent.BEGIN_TEST, (Effect.MOUNT,)
    ),
    Transition(
        EQUIPMENT_TEST, Event.EQUIPMENT_TEST_PASSED, _PROVIDER, EQUIPMENT_TESTED, NetworkEvent.END_TEST
    ),
    Transition(
        EQUIPMENT_TEST,
        Event.EQUIPMENT_TEST_FAILED,
        _PROVIDER,
        DEVICE_TESTED,
        NetworkEvent.END_TEST,
        (Effect.UNMOUNT,),
    ),
    Transition(EQUIPMENT_TESTED, Event.INSTALL, _PROVIDER, ACTIVE, NetworkEvent.ACTIVATE, (Effect.ENTRUST,)),
    *_suspensions(),
    *(
        Transition(state, Event.STOP, _PROVIDER, STOPPED, NetworkEvent.TERMINATE)
        for state in (DEVICE_TESTED, EQUIPMENT_TESTED, *INSTALLED)
    ),
    *(
        Transition(state, Event.REPLACE, _PROVIDER, REPLACED, NetworkEvent.TERMINATE, (Effect.HAND_OVER,))
        for state in INSTALLED
    ),
    Transition(
        DEVICE_TESTED,
        Event.TAKE_OVER,
        Role.PLATFORM,
        ACTIVE,
        NetworkEvent.ACTIVATE,
        (Effect.MOUNT, Effect.ENTRUST),
    ),
)


def _network(event: NetworkEvent, to: NetworkState, *states: NetworkState) -> tuple[NetworkTransition, ...]:
    return tuple(NetworkTransition(state, event, Role.PLATFORM, to) for state in states)


NETWORK: tuple[NetworkTransition, ...] = (
    NetworkTransition(None, NetworkEvent.DELIVER, Role.OPERATOR, NetworkState.INACTIVE),
    *_network(NetworkEvent.BEGIN_TEST, NetworkState.TEST, NetworkState.INACTIVE),
    *_network(NetworkEvent.END_TEST, NetworkState.INACTIVE, NetworkState.TEST),
    *_network(NetworkEvent.ACTIVATE, NetworkState.ACTIVE, NetworkState.INACTIVE),
    *_network(NetworkEvent.SUSPEND, NetworkState.SUSPENDED, NetworkState.ACTIVE),
    *_network(NetworkEvent.RESUME, NetworkState.ACTIVE, NetworkState.SUSPENDED),
    *_network(
        NetworkEvent.TERMINATE,
        NetworkState.TERMINATED,
        NetworkState.INACTIVE,
        NetworkState.TEST,
        NetworkState.ACTIVE,
        NetworkState.SUSPENDED,
    ),
)

BY_STATE = {(each.state, each.event, each.by): each for each in SERVICE}
NETWORK_BY_STATE = {(each.state, each.event): each for each in NETWORK}


def causes(event: Event) -> frozenset[Role]:
    """Who may cause an event in some state."""
    return frozenset(each.by for each in SERVICE if each.event is event)
