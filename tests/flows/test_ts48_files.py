"""Every TS.48 package enabled on a card: each file it describes, with its FCP, content and access rule, PIN by PIN.

What is expected is worked out from the package (`described`) and from its EF_ARR records, by code that shares nothing
with the card.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from apdu import ApduChannel, Command, Response, tlv
from tests.data import needs_ts48, ts48_packages
from tests.flows.described import BER_TLV, Described, content_of, described, directories, fcp_of
from tests.flows.installed import enabled
from tests.isdp.expectation import CSIM, ISIM, USIM, expected_contents

packages = pytest.mark.parametrize("path", ts48_packages(), ids=lambda path: str(path.stem))
pytestmark = needs_ts48

TELECOM = b"\x7f\x10"
PIN1, PIN2, ADM1 = 0x01, 0x81, 0x0A
VALUES = {PIN1: b"0000" + b"\xff" * 4, PIN2: b"9999" + b"\xff" * 4, ADM1: b"5" * 8}
WITH_PIN2 = (TELECOM, USIM, ISIM, CSIM)
"""Directories whose PE-PINCodes define PIN2."""
READ, UPDATE = 0x01, 0x02
TRANSPARENT, LINEAR, CYCLIC = 0x01, 0x02, 0x06
EF_UST, EF_IST = USIM + b"\x6f\x38", ISIM + b"\x6f\x07"


class Walker:
    """A terminal that walks over all files of one package on a card."""

    def __init__(self, package: bytes) -> None:
        self.files = described(package)
        self.contents = expected_contents(package)
        self.directories = {directory.path: directory for directory in directories(package)}
        self.card = enabled(package)
        self.channel = ApduChannel(self.card)
        self.satisfied: set[int] = set()

    def send(
        self, cla: int, ins: int, p1: int, p2: int, data: bytes = b"", le: int | None = None
    ) -> Response:
        return self.channel.send(Command(cla, ins, p1, p2, data, le))

    def select(self, path: bytes) -> Response:
        """SELECT by AID and path, as a terminal does; the FCP."""
        if path[:2] not in (USIM, ISIM, CSIM):
            return self.send(0x00, 0xA4, 0x08, 0x04, path or b"\x3f\x00", 256)
        application = self.send(0x00, 0xA4, 0x04, 0x04, self.directories[path[:2]].aid or b"", 256)
        if len(path) == 2:
            return application
        return self.send(0x00, 0xA4, 0x08, 0x04, b"\x7f\xff" + path[2:], 256)

    def verify(self, reference: int) -> None:
        """VERIFY in every directory where the key is another one."""
        for directory in WITH_PIN2 if reference == PIN2 else (b"",):
            assert self.select(directory).sw == 0x9000
            assert self.send(0x00, 0x20, 0x00, reference, VALUES[reference]).sw == 0x9000
        self.satisfied.add(reference)

    def holds(self, file: Described, key: int) -> bool:
        return key in self.satisfied and (key != PIN2 or file.path[:2] in WITH_PIN2)

    def opens(self, file: Described, access: int) -> bool:
        """Whether its record of EF_ARR opens a file now."""
        return any(self._condition(file, each) for each in conditions(self._rule(file), access))

    def _rule(self, file: Described) -> bytes:
        fid, number = file.security[:2], file.security[2]
        for length in range(len(file.path) - 2, -1, -2):
            arr = self.files.get(file.path[:length] + fid)
            if arr is not None:
                start = (number - 1) * arr.record_length
                return self.contents[arr.path][start : start + arr.record_length]
        raise AssertionError(f"no EF_ARR for {file.path.hex()}")

    def _condition(self, file: Described, condition: tlv.Tlv) -> bool:
        if condition.tag == 0xA0:
            return any(self._condition(file, each) for each in condition.children())
        if condition.tag == 0xA4:
            return self.holds(file, (condition.find(0x83) or b"\x00")[0])
        return {0x90: True, 0x97: False}[condition.tag]

    def read(self, file: Described, whole: bool) -> Response:
        """READ BINARY, all of READ RECORD, or the tags of a BER-TLV EF; the last answer with all data."""
        if file.kind == BER_TLV:
            return self.send(0x80, 0xCB, 0x00, 0x80, b"\x5c", 256)
        if file.kind == TRANSPARENT:
            pieces = [self.send(0x00, 0xB0, at >> 8, at & 0xFF, le=256) for at in self._offsets(file, whole)]
        else:
            count = (file.size or file.record_length) // file.record_length if whole else 1
            pieces = [self.send(0x00, 0xB2, number, 0x04, le=256) for number in range(1, count + 1)]
        return Response(b"".join(piece.data for piece in pieces), pieces[-1].sw)

    @staticmethod
    def _offsets(file: Described, whole: bool) -> range:
        return range(0, (file.size or 1) if whole else 1, 256)

    def update(self, file: Described, content: bytes) -> Response:
        """Write what is there already, or an empty data object."""
        if file.kind == BER_TLV:
            return self.send(0x80, 0xDB, 0x00, 0x80, b"\x81\x00")
        if file.kind == TRANSPARENT:
            return self.send(0x00, 0xD6, 0x00, 0x00, content[:1])
        return self.send(0x00, 0xDC, 0x01, 0x04, content[: file.record_length])


def conditions(record: bytes, access: int) -> list[tlv.Tlv]:
    """The security conditions of an access mode byte in a record of EF_ARR."""
    found, counts = [], False
    while record and record[0] != 0xFF:
        _, _, end = tlv.read(record)
        element = tlv.parse(record[:end])
        if element.tag in (0x80, 0x84):
            counts = element.tag == 0x80 and bool(element.value[0] & access)
        elif counts:
            found.append(element)
        record = record[end:]
    return found


@packages
def test_every_file_has_its_fcp(path: Path) -> None:
    walker = Walker(path.read_bytes())
    for file in walker.files.values():
        answer = walker.select(file.path)
        assert answer.sw == 0x9000, file.path.hex()
        assert answer.data.hex() == fcp_of(file, answer.data).hex(), file.path.hex()
    assert len(walker.files) > 200


@packages
def test_every_directory_has_its_fcp_and_pin_status(path: Path) -> None:
    """PIN1 is disabled in TS.48, everything else enabled."""
    walker = Walker(path.read_bytes())
    for directory in walker.directories.values():
        answer = walker.select(directory.path)
        assert answer.sw == 0x9000, directory.path.hex()
        assert tlv.find(answer.data, 0x62, 0x82) == b"\x78\x21"
        assert tlv.find(answer.data, 0x62, 0x84) == directory.aid
        fid = None if directory.aid else directory.path[-2:] or b"\x3f\x00"
        assert tlv.find(answer.data, 0x62, 0x83) == fid
        assert tlv.find(answer.data, 0x62, 0x8B) == directory.security
        assert tlv.find(answer.data, 0x62, 0xC6) == pin_status(directory.keys)
    assert len(walker.directories) >= 14


def pin_status(references: bytes) -> bytes:
    mask = sum(0x80 >> place for place, reference in enumerate(references) if reference != PIN1)
    return tlv.encode(0x90, bytes((mask,))) + b"".join(
        tlv.encode(0x83, bytes((each,))) for each in references
    )


@packages
def test_every_file_opens_as_its_rule_says_and_holds_what_the_package_says(path: Path) -> None:
    walker = Walker(path.read_bytes())
    walker.satisfied = {PIN1}
    check_access(walker)
    assert walker.send(0x00, 0x28, 0x00, PIN1, VALUES[PIN1]).sw == 0x9000
    walker.card.reset()
    walker.satisfied = set()
    check_access(walker)
    for reference in (PIN1, PIN2, ADM1):
        walker.verify(reference)
        check_access(walker)
    check_content(walker)


def check_access(walker: Walker) -> None:
    """Read and update each file: open or 6982, by its rule."""
    opened = {READ: 0, UPDATE: 0}
    for file in walker.files.values():
        assert walker.select(file.path).sw == 0x9000
        answer = walker.read(file, whole=False)
        may_read, may_update = walker.opens(file, READ), walker.opens(file, UPDATE)
        assert answer.sw == (0x9000 if may_read else 0x6982), file.path.hex()
        if file.kind != CYCLIC:
            content = answer.data if may_read else b"\xff" * (file.record_length or 1)
            if may_read or not may_update:
                sw = walker.update(file, content).sw
                assert sw == (0x9000 if may_update else 0x6982), file.path.hex()
        opened[READ] += may_read
        opened[UPDATE] += may_update
    assert opened[READ] > 200 if walker.satisfied else opened[READ] < 60
    assert opened[UPDATE] < opened[READ]


def check_content(walker: Walker) -> None:
    """With all PINs and ADM1 verified: the whole content of every file."""
    compared = 0
    for file in walker.files.values():
        expected = content_of(file, walker.contents)
        if expected is None or not walker.opens(file, READ):
            continue
        walker.select(file.path)
        answer = walker.read(file, whole=True)
        assert answer.sw == 0x9000
        if file.kind == BER_TLV:
            assert answer.data == b"\x5c\x01\x81"  # none of the package, and one of check_access
        elif file.path in (EF_UST, EF_IST):
            # The card takes services away that it lacks, and adds none.
            assert answer.data == bytes(a & b for a, b in zip(answer.data, expected, strict=True))
        else:
            assert answer.data[: len(expected)].hex() == expected.hex(), file.path.hex()
        compared += 1
    assert compared > 200
