"""The power goes at every write of a download: the card comes back before it or after it, and the next run succeeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from asn1.generated import rsp
from euicc import Card
from euicc.runtime import keys
from euicc.testing.faults import PowerCut, every_power_cut
from tests.rsp.contents import contents, profile
from tests.rsp.device import SEED, Device, device, pki
from tests.rsp.server import Server


def saved(path: Path) -> Device:
    """The same in a file, where a commit is what SQLite made durable."""
    with Card.manufacture(pki=pki(), seed=SEED) as card:
        card.save(path)
    return Device(Card.open(path, seed=SEED), Server(pki()))


def download_until(side: Device, cut: PowerCut) -> None:
    """A download whose power goes."""
    with cut.on(side.card):
        side.install(contents())
    if cut.happened:
        side.restart()


def whole_or_nothing(side: Device) -> bool:
    """Whether the profile is there. With it: its package, its result, and nothing half done."""
    nvm = side.card.nvm
    installed = [each.iccid for each in side.profiles()]
    assert installed in ([], [profile().iccid_bytes])
    assert len(nvm.indexes(keys.PACKAGE)) == len(installed)
    assert nvm.get(keys.LOAD_IN_PROGRESS) is None
    results = [error_reason(each) for each in pending_results(side)]
    assert results in (([None], [0, None]) if installed else ([], [11]))
    numbers = [each.seq_number for each in side.notifications()]
    assert numbers == sorted(set(numbers))
    assert nvm.get(keys.SEQUENCE_NUMBER) == max(numbers, default=0)
    return bool(installed)


def pending_results(side: Device) -> list[rsp.ProfileInstallationResult]:
    listed = rsp.RetrieveNotificationsListResponse.decode(side.send(b"\xbf\x2b\x00")).notification_list or ()
    return [each.profile_installation_result for each in listed if each.profile_installation_result]


def error_reason(result: rsp.ProfileInstallationResult) -> int | None:
    error = result.profile_installation_result_data.final_result.error_result
    return error.error_reason if error else None


def test_power_lost_in_a_download() -> None:
    def scenario(cut: PowerCut) -> None:
        side = device()
        download_until(side, cut)
        if not whole_or_nothing(side):
            assert cut.happened
            side.install(contents())
            assert len(side.profiles()) == 1
        assert profile().iccid_bytes in [each.iccid for each in side.profiles()]

    assert every_power_cut(scenario, most=40) > 10


@pytest.mark.parametrize("write", [1, 3, 6, 10, 13, 16, 18, 19, 20, 21])
def test_power_lost_in_a_download_to_a_file(tmp_path: Path, write: int) -> None:
    side = saved(tmp_path / "card")
    download_until(side, PowerCut(at_write=write))
    there = whole_or_nothing(side)
    side.card.close()
    again = Device(Card.open(tmp_path / "card"), Server(pki()))
    assert whole_or_nothing(again) is there
    if not there:
        again.install(contents())
    assert len(again.profiles()) == 1
    again.card.close()
