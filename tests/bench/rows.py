"""What is measured: each row with the floor it is compared with, and the ratio it should stay under."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import cycle
from pathlib import Path
from random import Random

from apdu import tlv
from asn1.generated import pe, rsp
from euicc import Card, eid
from euicc.crypto import curves
from euicc.runtime import keys
from euicc.runtime.nvm import Nvm
from tests.bench import m2m, machines, packages, polling, testing, transports, uicc
from tests.bench.downloads import Download, enlarged, record, typical
from tests.bench.floors import BareDispatcher, bare_crypto, calibration
from tests.bench.row import Row
from tests.bench.stopwatch import against, least, seconds, timed
from tests.rsp.garbage import commands, session

GET_EID = bytes.fromhex("80E2910006BF3E035C015A00")
BLOCK = bytes.fromhex("80E21100FF") + b"\xbf\x36\x82\x30\x00" + bytes(250)
MALFORMED = bytes.fromhex("80E2910006BF3E03")
SELECT_ISD_R = bytes.fromhex("00A4040010A0000005591010FFFFFFFF8900000100")
IMPORTS = 7
BARE = "import json, hashlib, enum, typing, dataclasses"
STARTS = {
    "import euicc": "import euicc",
    "import euicc, first card": "import euicc; euicc.Card.manufacture()",
}


def rows() -> Iterator[Row]:
    """Every figure, measured as it is asked for."""
    loop = seconds(calibration)
    dispatcher = BareDispatcher()
    yield from _imports()
    yield Row("Card.manufacture(), default identity", seconds(Card.manufacture), "calibration", loop)
    yield Row("Card.manufacture(), EID of its own", seconds(_own_card()), "calibration", loop)
    yield _apdu("GetEID", GET_EID, dispatcher)
    yield _apdu("STORE DATA block of 255 bytes, not the last", BLOCK, dispatcher)
    yield _apdu("malformed APDU refused", MALFORMED, dispatcher)
    yield from _decoding()
    yield from _downloads()
    yield from packages.rows()
    yield from polling.rows()
    yield from m2m.rows()
    yield from _memory(loop)
    yield _garbage(loop)
    yield from uicc.rows()
    yield from testing.rows()
    yield from machines.rows()
    yield from transports.rows()


def _imports() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as compiled:
        plays = [partial(_process, code, compiled) for code in (BARE, *STARTS.values())]
        for play in plays:  # the first run compiles, as the first run after an installation does
            play()
        floor, *taken = least(*plays, rounds=IMPORTS)
    for name, seconds_taken in zip(STARTS, taken, strict=True):
        yield Row(name, seconds_taken, "a bare Python with five stdlib modules", floor)


def _process(code: str, compiled: str) -> float:
    """Processor seconds of a Python that runs this, compiled modules in the directory."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _own_card() -> Callable[[], object]:
    numbers = iter(range(10**9))
    return lambda: Card.manufacture(eid=eid.with_check_digits(f"89049032{next(numbers):022d}"))


def _apdu(name: str, command: bytes, floor: BareDispatcher) -> Row:
    card = Card.manufacture()
    card.transmit(SELECT_ISD_R)
    return Row(
        name,
        seconds(lambda: card.transmit(command)),
        "bare dispatcher",
        seconds(lambda: floor.transmit(command)),
    )


def _decoding() -> Iterator[Row]:
    card = Card.manufacture()
    card.transmit(SELECT_ISD_R)
    info = card.transmit(bytes.fromhex("80E2910003BF2200"))
    info = card.transmit(bytes((0x00, 0xC0, 0, 0, info[1])))[:-2]
    yield Row(
        f"decode EUICCInfo2 ({len(info)} bytes)",
        seconds(lambda: rsp.EUICCInfo2.decode(info)),
        "walk of its TLVs",
        seconds(lambda: walk(info)),
    )
    elements = [each.encoded for each in tlv.parse_all(typical().package)]
    yield Row(
        f"decode a profile package ({sum(map(len, elements))} bytes)",
        seconds(lambda: [pe.ProfileElement.decode(each) for each in elements]),
        "walk of its TLVs",
        seconds(lambda: walk(b"".join(elements))),
    )


def walk(data: bytes) -> None:
    """Every TLV, down to the primitive ones."""
    for each in tlv.parse_all(data):
        if each.constructed:
            walk(each.value)


LARGE = 61_000
"""Bytes of a package with many more files."""
LIMIT = 8.0
"""A full download of a typical profile on P-256 stays under eight times its cryptography."""


@lru_cache(None)
def download(curve: curves.Curve) -> Download:
    """The recorded download of a typical profile on this curve."""
    return record(curve, typical())


def _downloads() -> Iterator[Row]:
    large = record(curves.P256, enlarged(typical(), LARGE))
    plays = ((download(curves.P256), LIMIT), (large, None), (download(curves.BRAINPOOL), None))
    for recorded, limit in plays:
        curve = recorded.curve
        name = f"full download, {recorded.profile_size} bytes, {curve.name}, {len(recorded.commands)} APDUs"
        crypto = timed(bare_crypto(curve.ec, recorded.profile_size))
        taken, floor = against(recorded.play, crypto, limit)
        yield Row(name, taken, "bare cryptography", floor, limit)
    yield _first_of_its_profile()


def _first_of_its_profile() -> Row:
    """Cards share decoded elements, so the first that installs a profile takes longer."""
    recorded = download(curves.P256)
    crypto = timed(bare_crypto(recorded.curve.ec, recorded.profile_size))
    taken, floor = against(recorded.play_first, crypto, None)
    return Row("the first of these, its profile not seen before", taken, "bare cryptography", floor)


def _memory(loop: float) -> Iterator[Row]:
    nvm, numbers = Nvm(), cycle(range(100))

    def hundred_writes() -> None:
        with nvm.transaction():
            for number in range(100):
                nvm.set(keys.SEQUENCE_NUMBER, next(numbers), str(number))

    yield Row("NVM write with its undo", seconds(hundred_writes) / 100, "calibration", loop)
    card = Card.manufacture()
    with card.nvm.transaction():
        card.nvm.set(keys.PACKAGE, bytes(100_000), "00")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "card"
        yield Row("Card.save, 100 kB", seconds(lambda: card.save(path)), "calibration", loop)


def _garbage(loop: float) -> Row:
    card = Card.manufacture()
    stage = len(session()) // 2
    many = list(commands(Random(1), 5_000, stage))

    def all_of_them() -> None:
        for command in many:
            card.transmit(command)

    return Row("garbage, one APDU", seconds(all_of_them) / len(many), "calibration", loop)
