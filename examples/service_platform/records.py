"""What the platform keeps of a device and of a subscription."""

from __future__ import annotations

from dataclasses import dataclass, field

from examples.service_platform.roles import Role
from examples.service_platform.states import NetworkState, ServiceState


@dataclass(frozen=True, slots=True)
class Device:
    """A device. credential: digest of what it proves itself with. Names are those of parties; None: not yet.

    equipment: what it is, or last was, mounted in. replaced_by: IMEI of the device that took over.
    """

    imei: str
    maker: str
    credential: bytes = field(repr=False)
    state: ServiceState
    eid: str | None = None
    iccid: str | None = None
    equipment: str | None = None
    service_provider: str | None = None
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription, as its operator delivered it for an equipment provider."""

    iccid: str
    imsi: str
    operator: str
    equipment_provider: str
    state: NetworkState


@dataclass(frozen=True, slots=True)
class Situation:
    """A device, with the subscription that it is bound to."""

    device: Device
    subscription: Subscription | None = None

    def party(self, role: Role) -> str | None:
        """Who has this role here."""
        device, subscription = self.device, self.subscription
        names = {
            Role.DEVICE_MAKER: device.maker,
            Role.SERVICE_PROVIDER: device.service_provider,
            Role.OPERATOR: subscription.operator if subscription else None,
            Role.EQUIPMENT_PROVIDER: subscription.equipment_provider if subscription else None,
        }
        return names.get(role)


@dataclass(frozen=True, slots=True)
class Stocked:
    """A subscription as its operator finds it, with the IMEI of the device that it is bound to."""

    subscription: Subscription
    imei: str | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """What a party was told: number counts from 1 for each party, at is UTC in ISO 8601, body what it sees."""

    number: int
    at: str
    event: str
    body: dict[str, object]
