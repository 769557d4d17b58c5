"""The seven scenarios as a story, over HTTP on loopback; the emulated devices try again and again to attach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from examples.service_platform.client import Client, Refusal
from examples.service_platform.devices import EmulatedDevice, Numbers, make_card
from examples.service_platform.life_cycle import Platform
from examples.service_platform.operator_side import OperatorSide
from examples.service_platform.roles import TEST_PARTIES, Role
from examples.service_platform.server import serving
from examples.service_platform.store import Store

FIRST, SECOND = 1, 2
SUBSCRIPTIONS = (FIRST, SECOND)


@dataclass(frozen=True)
class Parties:
    """Who calls the platform in this story."""

    provider: Client
    maker: Client
    service: Client
    operator: Client

    @classmethod
    def of(cls, http: httpx.Client) -> Parties:
        tokens = {party.role: party.token for party in TEST_PARTIES}
        return cls(
            Client(http, tokens[Role.EQUIPMENT_PROVIDER]),
            Client(http, tokens[Role.DEVICE_MAKER]),
            Client(http, tokens[Role.SERVICE_PROVIDER]),
            Client(http, tokens[Role.OPERATOR]),
        )

    def named(self) -> dict[str, Client]:
        return {
            "equipment provider": self.provider,
            "device maker": self.maker,
            "service provider": self.service,
            "operator": self.operator,
        }


class Story:
    """Tells what happens. network: the operator's side, which the devices meet over the air and not over HTTP."""

    def __init__(self, http: httpx.Client, network: OperatorSide) -> None:
        self.parties, self._http, self._network = Parties.of(http), http, network

    def happens(self, who: str, imei: str, event: str, /, **details: str) -> None:
        """A party causes an event, or is refused."""
        try:
            seen = self.parties.named()[who].event(imei, event, **details)
        except Refusal as refusal:
            print(f"   the {who}: {event}: {refusal}")
            return
        state = seen.get("service_state") or seen["network_state"]
        print(f"   the {who}: {event}: {state}")

    def tries(self, device: EmulatedDevice) -> None:
        """A device attaches."""
        access = device.attach(self._network)
        leads = f", leads to: {', '.join(access.access_points)}" if access.access_points else ""
        print(f"   > device {device.imei[-6:]} attaches: {access.admission.value}{leads}")

    def reports(self, device: EmulatedDevice) -> None:
        """A device tells the platform what it read from its card."""
        try:
            device.report(Client(self._http, device.credential))
            print(f"   device {device.imei[-6:]} reports its card itself: bound")
        except Refusal as refusal:
            print(f"   device {device.imei[-6:]} reports its card itself: {refusal}")

    def told(self) -> None:
        """What is new for each party."""
        for name, client in self.parties.named().items():
            news = client.news()
            if news:
                print(f"   {name} was told: {', '.join(each['event'] for each in news)}")


def pre_provisioning(story: Story) -> None:
    print("1. Pre-provisioning: the operator delivers subscriptions for the equipment provider.")
    pairs = [{"iccid": Numbers.of(each).iccid, "imsi": Numbers.of(each).imsi} for each in SUBSCRIPTIONS]
    count = story.parties.operator.post(
        "/subscriptions", {"equipment_provider": "vehicles", "subscriptions": pairs}
    )
    print(f"   the operator: {count['subscriptions']} subscriptions, all inactive")
    story.told()


def make_device(story: Story, number: int) -> EmulatedDevice:
    """A device with its card and a credential, tested by its maker."""
    numbers = Numbers.of(number)
    device = EmulatedDevice(numbers.imei, make_card(number, numbers.imsi, numbers.iccid))
    device.credential = story.parties.maker.post("/devices", {"imei": device.imei})["credential"]
    story.tries(device)
    story.reports(device)
    story.tries(device)
    story.happens("device maker", device.imei, "device_test_passed")
    story.tries(device)
    return device


def device_manufacture(story: Story) -> EmulatedDevice:
    print("2. Device manufacture and test: the device says itself which card is in it.")
    device = make_device(story, FIRST)
    numbers = Numbers.of(9)
    copy = EmulatedDevice(numbers.imei, make_card(9, Numbers.of(FIRST).imsi, Numbers.of(FIRST).iccid))
    copy.credential = story.parties.maker.post("/devices", {"imei": copy.imei})["credential"]
    print("   A card with the same numbers is in another device:")
    story.reports(copy)
    story.told()
    return device


def equipment_manufacture(story: Story, device: EmulatedDevice) -> None:
    print("3. Equipment manufacture and test: mounted in a vehicle, with limited network.")
    story.happens("equipment provider", device.imei, "mount", equipment=Numbers.of(FIRST).equipment)
    story.tries(device)
    story.happens("equipment provider", device.imei, "equipment_test_passed")
    story.tries(device)
    story.told()


def installation(story: Story, device: EmulatedDevice) -> None:
    print("4. Installation: the vehicle is sold, the service begins.")
    story.happens("device maker", device.imei, "install", service_provider="telematics")
    story.happens("equipment provider", device.imei, "install", service_provider="telematics")
    story.tries(device)
    story.told()


def suspensions(story: Story, device: EmulatedDevice) -> None:
    print("5. The equipment provider suspends and resumes.")
    for event in ("suspend", "suspend", "resume"):
        story.happens("equipment provider", device.imei, event)
        story.tries(device)
    story.told()
    print("6. The service provider and the operator suspend: it comes back when both have resumed.")
    for who, event in (
        ("service provider", "suspend"),
        ("operator", "suspend"),
        ("service provider", "resume"),
        ("equipment provider", "resume"),
        ("operator", "resume"),
    ):
        story.happens(who, device.imei, event)
        story.tries(device)
    story.told()


def replacement(story: Story, old: EmulatedDevice) -> EmulatedDevice:
    print("7. Replacement: a new device takes over vehicle and service; the old subscription ends.")
    new = make_device(story, SECOND)
    story.happens("equipment provider", old.imei, "replace", imei=new.imei)
    story.tries(old)
    story.tries(new)
    found = story.parties.provider.get("/devices", equipment=Numbers.of(FIRST).equipment)["devices"]
    for each in found:
        after = f", replaced by {each['replaced_by'][-6:]}" if each["replaced_by"] else ""
        print(f"   vehicle {each['equipment']}: device {each['imei'][-6:]} {each['service_state']}{after}")
    story.told()
    return new


def stopping(story: Story, device: EmulatedDevice) -> None:
    print("5. again: at the end of its life the equipment provider stops it for good.")
    story.happens("equipment provider", device.imei, "stop")
    story.tries(device)
    story.happens("equipment provider", device.imei, "resume")
    story.told()


def run(database: Path) -> None:
    """The story, in a new file. The platform stops in the middle of it, and another one goes on with the file."""
    with _platform(database) as story:
        pre_provisioning(story)
        device = device_manufacture(story)
        equipment_manufacture(story, device)
        installation(story, device)
        suspensions(story, device)
    print("   (The platform stops, and starts again from its file.)")
    with _platform(database) as story:
        story.tries(device)
        new = replacement(story, device)
        stopping(story, new)


@contextmanager
def _platform(database: Path) -> Iterator[Story]:
    network = OperatorSide()
    with (
        closing(Platform(Store(database), network)) as platform,
        serving(platform) as url,
        httpx.Client(base_url=url) as http,
    ):
        yield Story(http, network)
