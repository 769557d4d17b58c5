"""`euicc eim`: queueing, serving and showing, in one process and in several."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from apdu import ApduChannel, tlv
from asn1.generated import sgp32
from euicc import Card
from euicc import eid as eids
from euicc.testing.pki import Pki
from tests.isdr.es10 import open_isdr
from tests.test_cli_euicc import refused, run
from tests.testing.test_http import trusting

EID = eids.digits(eids.DEFAULT)
ICCID = "8900101234567890123"


def shown(*arguments: str | Path) -> list[str]:
    result = run("eim", *arguments)
    assert result.exit_code == 0, result.stderr
    return [line.strip() for line in result.stdout.splitlines() if line.strip()]


def test_queue_and_show(tmp_path: Path) -> None:
    file = tmp_path / "eim"
    shown(
        file,
        "--id",
        "mine",
        "--eid",
        EID,
        "--token",
        "7",
        "--do",
        f"enable-or-rollback:{ICCID}",
        "--do",
        "list",
    )
    shown(file, "--eid", EID, "--do", "list-eims", "--do", "delete-eim:other")
    shown(file, "--eid", EID, "--download", "1$smdp.example.com$ID")
    shown(file, "--eid", EID, "--download", "smds:smds.example.com", "--do", "certificates")
    assert shown(file) == [
        "eIM mine",
        f"EID {EID}: counter 0, token 7, 0 notifications",
        "data: waiting",
        "enable, list_profile_info: waiting",
        "list_eim, delete_eim: waiting",
        "download activation_code: waiting",
        "download contact_smds: waiting",
    ]


def test_in_memory() -> None:
    operations = ["rat", "no-fallback", "immediate-enable", "default-smdp:a", f"fallback:{ICCID}"]
    listed = [word for each in operations for word in ("--do", each)]
    assert shown("--eid", EID, *listed, "--download", "default")[2:] == [
        "get_rat, unset_fallback_attribute, configure_immediate_enable, set_default_dp_address, "
        "set_fallback_attribute: waiting",
        "download contact_default_smdp: waiting",
    ]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--do", "list"), "--eid"),
        (("--eid", "1"), "32 decimal digits"),
        (("--eid", EID, "--do", "explode"), "not explode"),
        (("--eid", EID, "--do", "enable:12"), "12"),
        (("--eid", EID, "--do", "list", "--do", "list-eims"), "list of PSMOs"),
        (("--configuration", "/nowhere"), "no address"),
        (("--listen", "nowhere"), "HOST:PORT"),
    ],
)
def test_refused(arguments: tuple[str, ...], reason: str) -> None:
    assert reason in refused("eim", *arguments)


def test_another_eim_in_the_file(tmp_path: Path) -> None:
    shown(tmp_path / "eim", "--id", "mine")
    assert "mine" in refused("eim", tmp_path / "eim", "--id", "yours")


def test_not_a_file_of_an_eim(tmp_path: Path) -> None:
    (tmp_path / "eim").write_text("something else altogether, and long enough to be looked at")
    assert "not a database" in refused("eim", tmp_path / "eim")


@contextmanager
def serving(*arguments: str | Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server in another process, and its address."""
    command = [sys.executable, "-m", "euicc", "eim", *map(str, arguments), "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().split()[3].removeprefix("https://").rstrip(",")
    finally:
        process.kill()
        process.communicate()


class Ipa:
    """A card associated by the configuration that the eIM wrote, and its IPA."""

    def __init__(self, address: str, configuration: Path, client: httpx.Client) -> None:
        self.url = f"https://{address}/gsma/rsp2/asn1"
        self.client = client
        self.card = Card.manufacture(variant="sgp32", seed=1)
        self.channel: ApduChannel = open_isdr(self.card)
        entry = sgp32.EimConfigurationData.decode(configuration.read_bytes())
        assert entry.eim_fqdn == address
        request = sgp32.AddInitialEimRequest(eim_configuration_data_list=(entry,))
        assert self.channel.store_data(request.encode()) == bytes.fromhex("BF5704A0020500")

    def poll(self) -> tlv.Tlv:
        message = tlv.encode(0xBF4F, tlv.encode(0x5A, self.card.identity.eid))
        return tlv.parse(tlv.parse(self.client.post(self.url, content=message).content).value)

    def provide(self, *answer: bytes) -> bytes:
        message = tlv.encode(0xBF50, tlv.encode(0x5A, self.card.identity.eid), *answer)
        return self.client.post(self.url, content=message).content

    def serve_once(self) -> None:
        wanted = self.poll()
        if wanted.tag == 0xBF51:
            self.provide(self.channel.store_data(wanted.encoded))
        elif wanted.tag == 0xBF52:
            certificates = tlv.find(self.channel.store_data(bytes.fromhex("BF5600")), 0xBF56, 0xA0) or b""
            self.provide(tlv.encode(0xBF52, tlv.encode(0xA0, certificates)))


def test_others_queue_and_look_while_one_serves(tmp_path: Path) -> None:
    file, configuration = tmp_path / "eim", tmp_path / "eim.der"
    with (
        serving(file, "--configuration", configuration, "--eid", EID) as (process, address),
        httpx.Client(verify=trusting(Pki.default()), trust_env=False) as client,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == f"configuration in {configuration}\n"
        ipa = Ipa(address, configuration, client)
        assert ipa.poll().encoded == b"\x02\x01\x01"
        shown(file, "--eid", EID, "--do", "list")
        ipa.serve_once()
        ipa.serve_once()
        assert shown(file)[0] == f"eIM eim1 at https://{address}"
        assert shown(file)[2:] == ["data: done", "list_profile_info: done done"]
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
        assert output.splitlines()[-1] == "stopped"
        assert f"{EID}: list_profile_info: sent" in output
        assert f"{EID}: list_profile_info: done done" in output
