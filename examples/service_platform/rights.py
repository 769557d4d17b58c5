"""Who sees what, who looks things up by what, who is told of what. Who may cause an event stands in `states`."""

from __future__ import annotations

from collections.abc import Callable

from examples.service_platform.records import Situation
from examples.service_platform.roles import Role
from examples.service_platform.states import Event, NetworkEvent, Stage

SEES: dict[Role, tuple[str, ...]] = {
    Role.EQUIPMENT_PROVIDER: (
        "equipment",
        "imei",
        "service_state",
        "suspended_by",
        "service_provider",
        "replaced_by",
    ),
    Role.DEVICE_MAKER: ("imei", "eid", "iccid", "service_state"),
    Role.SERVICE_PROVIDER: ("equipment", "imei", "service_state", "suspended_by", "replaced_by"),
    Role.OPERATOR: ("imei", "eid", "iccid", "imsi", "network_state", "suspended_by"),
}
"""The members of a device as each role gets it: cards and subscriptions are not the equipment provider's business."""

IDENTIFIERS = ("equipment", "imei", "eid", "iccid", "imsi")
"""What correlates; each role looks devices up by those that it sees."""

SEES_SUSPENSIONS_OF: dict[Role, frozenset[Role]] = {
    Role.EQUIPMENT_PROVIDER: frozenset((Role.EQUIPMENT_PROVIDER, Role.SERVICE_PROVIDER, Role.OPERATOR)),
    Role.DEVICE_MAKER: frozenset(),
    Role.SERVICE_PROVIDER: frozenset((Role.SERVICE_PROVIDER,)),
    Role.OPERATOR: frozenset((Role.OPERATOR,)),
}

IN_THE_FACTORY = (Stage.PRE_PROVISIONED, Stage.DEVICE_TEST, Stage.DEVICE_TESTED, Stage.REJECTED)
"""What a device maker is shown; all later stages are one to it."""
DELIVERED = "delivered"

TOLD: dict[Event | NetworkEvent, tuple[Role, ...]] = {
    NetworkEvent.DELIVER: (Role.EQUIPMENT_PROVIDER,),
    Event.REPORT: (Role.DEVICE_MAKER, Role.EQUIPMENT_PROVIDER),
    Event.DEVICE_TEST_PASSED: (Role.EQUIPMENT_PROVIDER,),
    Event.DEVICE_TEST_FAILED: (Role.EQUIPMENT_PROVIDER,),
    Event.INSTALL: (Role.SERVICE_PROVIDER,),
    Event.SUSPEND: (Role.EQUIPMENT_PROVIDER, Role.SERVICE_PROVIDER),
    Event.RESUME: (Role.EQUIPMENT_PROVIDER, Role.SERVICE_PROVIDER),
    Event.STOP: (Role.SERVICE_PROVIDER,),
    Event.REPLACE: (Role.SERVICE_PROVIDER,),
    Event.TAKE_OVER: (Role.SERVICE_PROVIDER,),
    NetworkEvent.BEGIN_TEST: (Role.OPERATOR,),
    NetworkEvent.END_TEST: (Role.OPERATOR,),
    NetworkEvent.ACTIVATE: (Role.OPERATOR,),
    NetworkEvent.SUSPEND: (Role.OPERATOR,),
    NetworkEvent.RESUME: (Role.OPERATOR,),
    NetworkEvent.TERMINATE: (Role.OPERATOR,),
}
"""Who is told of an event: parties of the device, other than the one that caused it, if it changes what they see."""


def shown_state(role: Role, situation: Situation | None) -> str:
    """The one of the two states that a role sees; a device is shown its own."""
    if situation is None:
        return "unknown"
    if role not in SEES:
        return situation.device.state.name
    seen = view(role, situation)
    return str(seen.get("service_state", seen.get("network_state")))


def view(role: Role, situation: Situation) -> dict[str, object]:
    """A device as this role gets it; what is not there yet is None."""
    return {member: _MEMBERS[member](role, situation) for member in SEES[role]}


def searched_by(role: Role) -> tuple[str, ...]:
    """The identifiers by which this role looks up."""
    return tuple(each for each in IDENTIFIERS if each in SEES[role])


def _service_state(role: Role, situation: Situation) -> object:
    state = situation.device.state
    hidden = role is Role.DEVICE_MAKER and state.stage not in IN_THE_FACTORY
    return DELIVERED if hidden else state.name


def _suspended_by(role: Role, situation: Situation) -> object:
    return sorted(SEES_SUSPENSIONS_OF[role] & situation.device.state.suspended_by)


def _of_device(member: str) -> Callable[[Role, Situation], object]:
    return lambda role, situation: getattr(situation.device, member)


def _of_subscription(member: str) -> Callable[[Role, Situation], object]:
    return lambda role, situation: getattr(situation.subscription, member, None)


_MEMBERS: dict[str, Callable[[Role, Situation], object]] = {
    "equipment": _of_device("equipment"),
    "imei": _of_device("imei"),
    "eid": _of_device("eid"),
    "iccid": _of_device("iccid"),
    "imsi": _of_subscription("imsi"),
    "service_state": _service_state,
    "suspended_by": _suspended_by,
    "network_state": _of_subscription("state"),
    "service_provider": _of_device("service_provider"),
    "replaced_by": _of_device("replaced_by"),
}
