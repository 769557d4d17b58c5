"""Recorded lives of a card: what the tests of traces read."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from itertools import count

from apdu import Recorder, Trace, Transport
from euicc import Card
from euicc.testing.smdp import SmDpPlus
from ipa.lpa import Lpa
from tests.flows.in_process import InProcess
from tests.rsp.contents import profile
from tests.rsp.device import SEED, pki

BEGAN = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
CONFIRMATION_CODE = "4711"
PIN1 = bytes.fromhex("31323334FFFFFFFF")
READS = (
    ("00A40004022FE2", "00B000000A"),
    ("00A40004022F00", "00B2010426"),
    ("00A4040007A0000000871002", "00A40004026F07", "00B0000009"),
    ("00A40004026F46", "00B0000011"),
    ("00A40004026FAD", "00B0000004"),
    ("00A40804047FFF6F08", "00B0000021"),
    ("00B0870009",),
    ("0020000108" + PIN1.hex(),),
    ("00A40004023F00", "80F2000000"),
    ("0070000001", "02A4040010A0000005591010FFFFFFFF890000020000", "82CA005A00", "0070800200"),
)


def recorder(card: Transport, name: str = "Card") -> Recorder:
    ticks = count()
    return Recorder(card, clock=lambda: next(ticks) / 1000, name=name, recorded=BEGAN)


@lru_cache(None)
def whole_life(le: int | None = 256) -> Trace:
    """Download with a confirmation code, enable, REFRESH, read, disable, delete, as an LPA does it."""
    record = recorder(Card.manufacture(pki=pki(), seed=SEED))
    server = SmDpPlus(pki(), "smdp.example.com")
    order = server.order(profile().package, confirmation_code=CONFIRMATION_CODE)
    with Lpa(record, servers=InProcess(server)) as lpa:
        lpa.eid(), lpa.info1(), lpa.info2(), lpa.addresses(), lpa.rules_authorisation_table()
        lpa.set_default_dp_address("smdp.example.com")
        lpa.download(f"LPA:{server.activation_code(order)}", CONFIRMATION_CODE)
        (installed,) = lpa.profiles()
        assert installed.iccid
        lpa.set_nickname(installed.iccid, "Work")
        lpa.enable(installed.iccid)
        for group in READS:
            for command in group:
                record.transmit(bytes.fromhex(command))
        lpa.disable(installed.iccid)
        lpa.delete(installed.iccid)
        lpa.notifications()
        lpa.send_notifications()
    return record.trace
