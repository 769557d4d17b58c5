"""What an eIM remembers: everything, across processes, one at a time."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from apdu import tlv
from euicc.testing.eim import EimFile, EimFileError, OrderState, PackageOrder, operations
from tests.testing.eim_device import OK_ENABLE, Device, device, eim
from tests.testing.eim_ipa import PACKAGE, SMDP, ipa
from tests.testing.ordered import EID
from tests.testing.test_eim_packages import ICCID


def busy() -> Device:
    """A device whose eIM has something of everything to remember."""
    found = device(token=7)
    server = found.server
    server.queue(EID, operations.enable(ICCID, rollback=True), operations.list_profile_info())
    package = found.package()
    found.provide(found.result(package, OK_ENABLE, bytes.fromhex("BF2D03810101"), seq=50))
    found.provide(found.result(package, bytes.fromhex("8C0100"), seq=51))
    server.queue(EID, operations.delete_eim("x"))
    found.provide(found.error(found.package(), 4))
    server.request_data(EID, 0xBF20, 0xA8)
    data = bytes.fromhex("BF20098203020500A900AA00 A80480020560")
    found.provide(tlv.encode(0xBF52, tlv.encode(0xA0, data)))
    server.download(EID, f"1${SMDP}$ID", confirmation_code="1234")
    server.download_by_smds(EID)
    found.provide(bytes.fromhex("BF5100"))
    found.ask(bytes.fromhex("8000810101"))
    return found


def test_everything_is_remembered() -> None:
    first = busy().server
    text = first.remembered()
    second = eim()
    second.remember(text)
    assert second.remembered() == text
    known, before = second.euiccs[EID], first.euiccs[EID]
    assert (known.counter, known.token, known.last_seq) == (2, 7, 51)
    assert known.data == before.data
    assert known.state_changes == before.state_changes
    assert known.discarded == before.discarded
    assert [each.state for each in known.orders] == [each.state for each in before.orders]
    package = known.orders[0]
    assert isinstance(package, PackageOrder)
    assert (package.codes, package.was_rolled_back) == ((0, None), True)


def test_work_goes_on_where_it_stopped() -> None:
    ipa = device(token=7)
    ipa.server.queue(EID, operations.enable(ICCID))
    package = ipa.package()
    other = eim()
    other.remember(ipa.server.remembered())
    ipa.server = other
    assert ipa.package() == package
    ipa.provide(ipa.result(package, OK_ENABLE))
    assert ipa.record.orders[0].state is OrderState.DONE


def test_a_session_goes_on() -> None:
    found = ipa()
    order = found.smdp.order(PACKAGE)
    download = found.server.download(found.eid, found.smdp.activation_code(order))
    found.matching_id = order.matching_id
    found.initiate(SMDP, download.transaction_id)
    found.offer()
    found.server.remember(found.server.remembered())
    found.notify(found.load(found.fetch()))
    assert download.is_outstanding
    assert found.server.euiccs[found.eid].orders[0].state is OrderState.DONE


@pytest.mark.parametrize(
    "text", ["", "{", "[{}]", '[{"type": "Nobody", "value": {}}]', '[{"type": "Euicc"}]']
)
def test_what_no_eim_remembers(text: str) -> None:
    with pytest.raises(EimFileError):
        eim().remember(text)


def test_a_file(tmp_path: Path) -> None:
    file = EimFile(tmp_path / "eim")
    with file.locked() as contents:
        assert (contents.version, contents.eim_id, contents.euiccs) == (0, "", "[]")
        contents.eim_id, contents.euiccs = "eim1", "[1]"
    with file.locked() as contents:
        assert (contents.version, contents.eim_id, contents.euiccs) == (1, "eim1", "[1]")
    with EimFile(tmp_path / "eim").locked() as contents:
        assert contents.version == 1


def test_a_change_that_fails_is_none(tmp_path: Path) -> None:
    file = EimFile(tmp_path / "eim")

    def fail() -> None:
        with file.locked() as contents:
            contents.eim_id = "eim1"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with file.locked() as contents:
        assert contents.eim_id == ""


def test_one_at_a_time(tmp_path: Path) -> None:
    def count() -> None:
        for _ in range(10):
            with EimFile(tmp_path / "eim").locked() as contents:
                contents.address = str(int(contents.address or 0) + 1)

    threads = [threading.Thread(target=count) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with EimFile(tmp_path / "eim").locked() as contents:
        assert contents.address == "20"


def test_another_file(tmp_path: Path) -> None:
    path = tmp_path / "eim"
    path.write_bytes(b"something else altogether, and long enough to be looked at")
    with pytest.raises(EimFileError), EimFile(path).locked():
        pass
    with sqlite3.connect(tmp_path / "other") as connection:
        connection.execute("CREATE TABLE eim (something TEXT)")
    connection.close()
    with pytest.raises(EimFileError), EimFile(tmp_path / "other").locked():
        pass
