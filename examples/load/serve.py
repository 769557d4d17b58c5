"""Our own eIM and SM-DP+ over HTTPS on loopback, for devices that they have never heard of.

The eIM takes on each new device that asks: the SM-DP+ gets an order for it, and the device a download, a package that
enables the profile or goes back, and one that lists the profiles. `python -m examples.load.serve` serves until Ctrl-C.
"""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from apdu import TlvError, tlv
from asn1.generated import sgp32
from euicc.testing.eim import Eim, OrderState, PackageOrder, operations
from euicc.testing.eim.json_binding import asked
from euicc.testing.eim.orders import Order as EimOrder
from euicc.testing.http import LOOPBACK, serve
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import Subscription, TestProfile, build
from euicc.testing.smdp import Order, SmDpPlus
from euicc.testing.smdp.orders import OrderState as SmdpState
from examples.load import options
from examples.load.identities import FIRST_TOKEN
from examples.load.material import pki_in

EID = 0x5A
GET_EIM_PACKAGE = "getEimPackage"


def subscription(number: int) -> Subscription:
    """That of a device, by its number from 0: ICCID and IMSI of its own; the access class, the last digit, of all."""
    return Subscription(
        iccid=f"89001019{number:011d}", imsi=f"00101{number:09d}0", spn="Operator", profile_name="Load"
    )


@cache
def pattern() -> TestProfile:
    """The profile of number 0."""
    return build(subscription(0))


def package(number: int) -> bytes:
    """The package of a device. It is personalised, not built: what differs has the same length everywhere."""
    first, own = pattern(), subscription(number)
    made = first.package
    for old, new in zip(_personal(subscription(0)), _personal(own), strict=True):
        made = made.replace(old, new)
    return made


def _personal(of: Subscription) -> tuple[bytes, ...]:
    """ICCID as in the header and as in EF.ICCID, IMSI as in EF.IMSI and as in the names for IMS."""
    digits = of.iccid + "F"
    return bytes.fromhex(digits), _swapped(digits), _swapped(f"9{of.imsi}"), of.imsi.encode()


def _swapped(digits: str) -> bytes:
    return bytes.fromhex("".join(digits[at + 1] + digits[at] for at in range(0, len(digits), 2)))


@dataclass
class Servers:
    """An eIM and its SM-DP+, and the devices they have taken on."""

    pki: Pki
    smdp: SmDpPlus = field(init=False)
    eim: OnDemand = field(init=False)

    def __post_init__(self) -> None:
        self.smdp, self.eim = SmDpPlus(self.pki), OnDemand(self.pki, self.take_on)
        self._lock = threading.Lock()
        self._ordered = 0
        pattern()  # made before anybody waits for it

    def order(self) -> Order:
        """A profile that nobody else gets."""
        with self._lock:
            self._ordered += 1
            return self.smdp.order(package(self._ordered))

    def take_on(self, eid: bytes) -> None:
        """What the eIM wants of a new device."""
        order = self.order()
        self.eim.associate(eid, token=FIRST_TOKEN)
        self.eim.download(eid, self.smdp.activation_code(order))
        self.eim.queue(eid, operations.enable(order.iccid, rollback=True))
        self.eim.queue(eid, operations.list_profile_info())

    def verdict(self) -> str:
        """What the servers know of it in the end: results whose signatures held."""
        orders = [order for euicc in self.eim.euiccs.values() for order in euicc.orders]
        answered = sum(map(_succeeded, orders))
        installed = sum(order.state is SmdpState.INSTALLED for order in self.smdp.orders)
        return (
            f"eIM: {answered} of {len(orders)} orders of {len(self.eim.euiccs)} eUICCs carried out; "
            f"SM-DP+: {installed} of {len(self.smdp.orders)} profiles installed"
        )

    def all_done(self) -> bool:
        """Whether nothing that was ordered is left."""
        orders = (order for euicc in self.eim.euiccs.values() for order in euicc.orders)
        return all(map(_succeeded, orders)) and all(
            order.state is SmdpState.INSTALLED for order in self.smdp.orders
        )


def _succeeded(order: EimOrder) -> bool:
    if isinstance(order, PackageOrder) and (order.was_rolled_back or any(order.codes)):
        return False
    return order.state is OrderState.DONE


class OnDemand(Eim):
    """An eIM that takes on whoever asks for a package."""

    def __init__(self, pki: Pki, take_on: Callable[[bytes], None]) -> None:
        super().__init__(pki)
        self._take_on = take_on

    def handle(self, function: str, request: Mapping[str, object]) -> dict[str, Any]:
        """A function in the JSON binding."""
        if function == GET_EIM_PACKAGE:
            self._welcome(asked(function, request))
        return super().handle(function, request)

    def handle_asn1(self, body: bytes) -> bytes:
        """A message in the ASN.1 binding."""
        self._welcome(body)
        return super().handle_asn1(body)

    def _welcome(self, message: bytes) -> None:
        try:
            found = tlv.parse(message)
            eid = found.find(EID) if found.tag == sgp32.GetEimPackageRequest.TAG else None
        except TlvError:
            return  # the eIM says what is wrong with it
        if eid is not None and eid not in self.euiccs:
            self._take_on(eid)


@contextmanager
def serving(pki: Pki) -> Iterator[Servers]:
    """Both servers, each in a thread of its own, while the context lasts; ServeError."""
    servers, tls = Servers(pki), pki.issue_tls(LOOPBACK)
    with serve(servers.smdp, tls=tls), serve(servers.eim, tls=tls):
        yield servers


def write_configuration(servers: Servers, file: Path) -> None:
    """EimConfigurationData for the devices."""
    file.write_bytes(servers.eim.configuration(token=True).encode())


def write_codes(servers: Servers, file: Path, devices: int) -> None:
    """As many new orders at the SM-DP+, as activation codes."""
    codes = (servers.smdp.activation_code(servers.order()) for _ in range(devices))
    file.write_text("".join(f"{code}\n" for code in codes), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m examples.load.serve", description=__doc__)
    parser.add_argument("--eim", type=Path, metavar="OUT", help="Write the eIM's EimConfigurationData here.")
    parser.add_argument("--codes", type=Path, metavar="OUT", help="Write activation codes here.")
    parser.add_argument(
        "--devices", type=options.number(1), default=1000, metavar="N", help="How many codes."
    )
    parser.add_argument("--pki", type=options.readable(pki_in), metavar="DIR", help="Instead of the test CI.")
    chosen = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with serving(pki_in(Path(chosen.pki)) if chosen.pki else Pki.default()) as servers:
        try:
            if chosen.eim:
                write_configuration(servers, chosen.eim)
            if chosen.codes:
                write_codes(servers, chosen.codes, chosen.devices)
        except OSError as error:
            parser.error(f"{error.filename} cannot be written: {error.strerror}")
        print(f"eIM at https://{servers.eim.address}, SM-DP+ at https://{servers.smdp.address}", flush=True)
        stopped.wait()
        print(servers.verdict())


if __name__ == "__main__":
    main()
