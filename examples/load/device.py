"""Emulated devices: a card of their own in each, and our IPA or LPA. What one does is told row by row."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from time import perf_counter

from apdu import StatusError, TransportError, tlv
from asn1 import Asn1Error
from asn1.generated import sgp32
from euicc import Card
from euicc.testing.profile_builder import Subscription, TestProfile, build
from examples.load.observed import Call, ObservedEims, ObservedServers, Report
from ipa.driver import Eims, Servers
from ipa.errors import IpaError
from ipa.ipad import Ipa
from ipa.lpa import Lpa
from ipa.package_result import PackageResult
from ipa.procedures.package import DOWNLOAD, PACKAGE, Work
from ipa.procedures.polling import Polled
from ipa.servers.esipa_https import HttpsEims
from ipa.servers.http import HttpServers
from ipa.settings import Settings
from ipa.state import StateKeeper

NO_PATIENCE = Settings(attempts=1)
"""Each call that fails is one failure: the device does not try again by itself."""
IN_THE_FACTORY = Subscription(
    imsi="001010000000001", iccid="8900101000000000001", spn="Bootstrap", profile_name="Bootstrap"
)
IPA, LPA = "IPA", "LPA"


class NotDone(Exception):
    """What was asked of the device or its card did not succeed, though every server was reached."""


@dataclass(frozen=True)
class Network:
    """How devices reach servers, and who is told of each call."""

    trusted: tuple[bytes, ...]
    report: Report
    json: bool = False
    connect_to: dict[str, str] | None = None

    @contextmanager
    def opened(self) -> Iterator[tuple[Servers, Eims]]:
        """Connections of a device that has woken up: none is kept from the last time."""
        with (
            HttpServers(self.trusted, connect_to=self.connect_to) as servers,
            HttpsEims(self.trusted, json=self.json, connect_to=self.connect_to) as eims,
        ):
            yield ObservedServers(servers, self.report), ObservedEims(eims, self.report)


class IotDevice:
    """An IoT eUICC with a bootstrap profile, and our IPA: it asks its eIMs, and does what they want.

    `polls`: how often, 0 without end; `every`: seconds between. `failed`: what was not done.
    """

    def __init__(
        self,
        card: Card,
        network: Network,
        configurations: tuple[sgp32.EimConfigurationData, ...],
        polls: int = 1,
        every: float = 0.0,
    ) -> None:
        self._card = card
        self._network = network
        self._configurations = configurations
        self._polls = polls
        self._every = every
        self._state = StateKeeper()
        self.failed = 0

    def run(self) -> None:
        """All of its life."""
        self._card.preload(bootstrap().package, enabled=True)
        self._card.reset()
        with self._awake() as ipa:
            ipa.add_initial_eims(*self._configurations)
        polled = 0
        while True:
            self.failed += not measured(self._network.report, (IPA, "Poll"), self._poll)
            polled += 1
            if polled == self._polls:
                return
            time.sleep(self._every)

    def _poll(self) -> None:
        with self._awake() as ipa:
            failures = what_failed(ipa.poll())
        if failures:
            raise NotDone(failures[0])

    @contextmanager
    def _awake(self) -> Iterator[Ipa]:
        with self._network.opened() as (servers, eims):
            yield Ipa(self._card, settings=NO_PATIENCE, state=self._state, servers=servers, eims=eims)


class Phone:
    """A consumer eUICC and our LPA: it downloads a profile, enables it, and delivers its notifications."""

    def __init__(self, card: Card, network: Network, code: str) -> None:
        self._card = card
        self._network = network
        self._code = code
        self.failed = 0

    def run(self) -> None:
        """All of its life."""
        self.failed = not measured(self._network.report, (LPA, "Download"), self._download)

    def _download(self) -> None:
        with self._network.opened() as (servers, _):
            lpa = Lpa(self._card, servers=servers)
            lpa.enable(lpa.download(self._code).metadata.iccid)
            failures = [each.failure for each in lpa.send_notifications() if each.failure]
        if failures:
            raise NotDone(failures[0])


@cache
def bootstrap() -> TestProfile:
    """The profile that IoT devices leave the factory with."""
    return build(IN_THE_FACTORY)


def measured(report: Report, name: tuple[str, str], run: Callable[[], None]) -> bool:
    """Runs something of the device and reports it as a row of its own; whether it succeeded."""
    started = perf_counter()
    failure: Exception | None = None
    try:
        run()
    except (NotDone, IpaError, StatusError, TransportError) as error:
        failure = error
    report(Call(*name, (perf_counter() - started) * 1000, failure=failure))
    return failure is None


def what_failed(polled: Polled) -> list[str]:
    """Why not all that the eIMs wanted was done and told, in words; empty when it was."""
    found = [visit.failure for visit in polled.visits]
    for work in (*polled.leftovers, *(each for visit in polled.visits for each in visit.work)):
        found += [work.failure, work.remark, _rolled_back(work), _refusal(work)]
    found += [each.failure for each in polled.notifications]
    return [each for each in found if each]


def _rolled_back(work: Work) -> str:
    return "the profile that was enabled had no network: rolled back" if work.rolled_back else ""


def _refusal(work: Work) -> str:
    """What the result itself says: of a package the first code that is not ok, of a download its reason."""
    kind = tlv.read_header(work.result)[0]
    if kind == PACKAGE:
        return _refusal_of_package(work.result)
    return _refusal_of_download(work.result) if kind == DOWNLOAD else ""


def _refusal_of_package(encoded: bytes) -> str:
    result = PackageResult.parse(encoded)
    if result.error is not None:
        return f"the eUICC refuses the package: {result.error}"
    for each in result.results:
        if not tlv.is_constructed(each.tag) and each.value != b"\x00":
            return f"the eUICC refuses operation {each.tag:X} of the package: {each.value.hex()}"
    return ""


def _refusal_of_download(encoded: bytes) -> str:
    try:
        data = sgp32.ProfileDownloadTriggerResult.decode(encoded).profile_download_trigger_result_data
    except Asn1Error as error:
        return f"the result of the download cannot be read: {error}"
    if data.profile_download_error is not None:
        return f"no download: {data.profile_download_error.profile_download_error_reason}"
    installed = data.profile_installation_result
    failure = installed and installed.profile_installation_result_data.final_result.error_result
    return f"not installed: {failure.error_reason}" if failure else ""
