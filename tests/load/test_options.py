"""What `python -m examples.load` is told: what cannot be meant ends it with 2 and one line that says why."""

from __future__ import annotations

import csv
from base64 import b64decode
from pathlib import Path

import pytest

from euicc import eid as eids
from euicc.testing.eim import Eim
from euicc.testing.pki import Pki
from examples.load import serve
from examples.load.__main__ import main, parser
from examples.load.options import as_arguments

WRONG = (
    (["--devices", "none"], "--devices: 'none' is not a number from 1 on"),
    (["--workers", "0"], "--workers: '0' is not a number from 1 on"),
    (["--every", "-1"], "--every: '-1' is not a number of seconds"),
    (["--batch", "10000000000"], "--batch: '10000000000' is not a number from 0 on"),
    (["--eim", "/nowhere"], "--eim: /nowhere cannot be read: No such file or directory"),
    (["--eim", __file__], "holds no EimConfigurationData"),
    (["--codes", __file__], "not an activation code"),
    (["--pki", "/nowhere"], "no CI certificate"),
    (["--connect-to", "eim"], "'eim' is not NAME=HOST:PORT"),
    (["--binding", "xml"], "--binding: invalid choice: 'xml'"),
    (
        ["--devices", "1", "--enrol", "/nowhere/devices.csv"],
        "--enrol: /nowhere/devices.csv cannot be written",
    ),
    (["--platform", "127.0.0.1:8470"], "--platform: '127.0.0.1:8470' is no URL"),
    (["--platform", "http://[::1"], "--platform: 'http://[::1' is no URL"),
    (
        ["--platform", "http://127.0.0.1:1", "--devices", "600000", "--batch", "1"],
        "there are 1000000 test IMEIs",
    ),
    (["--parties", __file__], "--parties: " + __file__ + ": "),
    (["--device", "1"], "unrecognized arguments: --device 1"),
)


@pytest.mark.parametrize(("arguments", "says"), WRONG, ids=lambda each: " ".join(each)[:30])
def test_a_wrong_argument(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert says in capsys.readouterr().err.splitlines()[-1]


def test_what_does_not_go_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    codes = tmp_path / "codes"
    codes.write_text("LPA:1$smdp.example.com$A\n\nLPA:1$smdp.example.com$B\n")
    for arguments, says in (
        (["--devices", "3"], "3 devices want as many activation codes"),
        (["--devices", "2", "--scenario", "iot"], "--scenario is for our own servers"),
    ):
        with pytest.raises(SystemExit) as end:
            main([*arguments, "--codes", str(codes)])
        assert end.value.code == 2
        assert says in capsys.readouterr().err


def test_locust_is_told_the_same() -> None:
    typed = [
        "--devices",
        "7",
        "--polls",
        "0",
        "--every",
        "1.5",
        "--connect-to",
        "a=b:1",
        "--connect-to",
        "c=d:2",
    ]
    again = parser().parse_args(as_arguments(parser().parse_args(typed)))
    assert again == parser().parse_args(typed)
    assert again.connect_to == ["a=b:1", "c=d:2"]


def test_what_an_eim_has_to_know(tmp_path: Path) -> None:
    file = tmp_path / "devices.csv"
    assert main(["--enrol", str(file), "--devices", "5", "--workers", "2", "--batch", "3"]) == 0
    with file.open(newline="") as opened:
        listed = list(csv.DictReader(opened))
    assert len({row["eid"] for row in listed}) == 5
    eim = Eim(Pki.default())
    for row in listed:
        certificates = b64decode(row["eum_certificate"]), b64decode(row["euicc_certificate"])
        known = eim.associate(
            eids.parse(row["eid"]), token=int(row["association_token"]), certificates=certificates
        )
        assert known.certificate is not None


def test_servers_that_cannot_write_for_the_devices(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["serve", "--eim", "/nowhere/eim.der"])
    with pytest.raises(SystemExit) as end:
        serve.main()
    assert end.value.code == 2
    assert "/nowhere/eim.der cannot be written: No such file" in capsys.readouterr().err
