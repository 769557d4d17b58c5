"""Traces written: text, HTML, pcap, JSON; and that no secret is in any of them."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import struct
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from apdu import Exchange, Trace
from asn1.generated import rsp
from euicc.traces import command, json_lines, text
from euicc.traces.interpreter import entries, masked
from euicc.traces.masking import MASK_BYTE
from euicc.traces.messages import es10_messages
from euicc.traces.page import page
from euicc.traces.pcap import pcap
from tests.traces.lives import CONFIRMATION_CODE, PIN1, whole_life

CK, IK = bytes(range(0x40, 0x50)), bytes(range(0x60, 0x70))
RES = bytes(range(0x80, 0x88))
PUK, KEY = b"87654321", bytes(range(0xA0, 0xB0))
SELECT_USIM = bytes.fromhex("00A4040007A0000000871002")
VOID = ("br", "meta", "input")


def hash_cc() -> bytes:
    (prepared,) = (m for m in es10_messages(whole_life()) if m.function == "ES10b.PrepareDownload")
    found = rsp.PrepareDownloadRequest.decode(prepared.request).hash_cc
    assert found is not None
    inner = hashlib.sha256(CONFIRMATION_CODE.encode()).digest()
    transaction = rsp.PrepareDownloadRequest.decode(prepared.request).smdp_signed2.transaction_id
    assert found == hashlib.sha256(inner + transaction).digest()
    return found


def secretive() -> Trace:
    """AKA with GET RESPONSE in two pieces, PINs in every way, a key, files with keys; on two channels."""
    aka = b"\xdb\x08" + RES + b"\x10" + CK + b"\x10" + IK
    pairs = [
        (SELECT_USIM, b"\x90\x00"),
        (bytes.fromhex("0088008122") + b"\x10" + bytes(16) + b"\x10" + bytes(16), b"\x61\x2b"),
        (bytes.fromhex("00C0000014"), aka[:20] + b"\x61\x17"),
        (bytes.fromhex("00C0000017"), aka[20:] + b"\x90\x00"),
        (
            bytes.fromhex("0088008022") + b"\x10" + bytes(16) + b"\x10" + bytes(16),
            RES[:4] + CK[:8] + b"\x90\x00",
        ),
        (bytes.fromhex("0020000108") + PIN1, b"\x63\xc2"),
        (bytes.fromhex("A020000108") + PIN1, b"\x90\x00"),
        (bytes.fromhex("8020000108") + PIN1, b"\x6e\x00"),
        (bytes.fromhex("002C000110") + PUK + PIN1, b"\x90\x00"),
        (bytes.fromhex("00200001") + PIN1, b"\x67\x00"),
        (bytes.fromhex("80D8010113") + b"\x01\x88\x10" + KEY, b"\x90\x00"),
        (bytes.fromhex("00D6880010") + KEY, b"\x90\x00"),
        (bytes.fromhex("00B0880011"), b"\x01" + CK + b"\x90\x00"),
        (bytes.fromhex("00C0000010"), CK + b"\x90\x00"),
    ]
    return Trace(tuple(Exchange(sent, came) for sent, came in pairs))


SECRETS = {"CK": CK[:8], "IK": IK, "PIN": PIN1, "PUK": PUK, "key": KEY}


def written(trace: Trace, unmasked: bool = False) -> dict[str, str]:
    """The trace in every format, as text in which hexadecimal secrets would be found."""
    shown = entries(trace, unmasked)
    return {
        "text": "\n".join(text.lines(shown, raw=True)),
        "page": page(trace, unmasked),
        "json": "\n".join(json_lines.lines(shown)),
        "pcap": pcap(trace, unmasked).hex(),
    }


@pytest.mark.parametrize("name", ["text", "page", "json", "pcap"])
def test_no_format_has_a_secret(name: str) -> None:
    life = written(whole_life())[name].lower()
    shown = written(secretive())[name].lower()
    for secret in SECRETS.values():
        assert secret.hex() not in shown
    assert hash_cc().hex() not in life
    assert PIN1.hex() not in life
    assert RES[:4].hex() in shown  # what is no secret stays


@pytest.mark.parametrize("name", ["text", "page", "json", "pcap"])
def test_every_format_has_them_when_asked(name: str) -> None:
    shown = written(secretive(), unmasked=True)[name].lower()
    assert [each for each, secret in SECRETS.items() if secret.hex() not in shown] == []
    assert PIN1.hex() in written(whole_life(), unmasked=True)[name].lower()


def test_the_hash_is_masked_across_blocks_and_when_the_chain_is_cut() -> None:
    (prepared,) = (m for m in es10_messages(whole_life()) if m.function == "ES10b.PrepareDownload")
    secret, request = hash_cc(), prepared.request
    at = request.index(secret)
    for cut in (at + 1, at + 16, at + 31):
        for last in (0x91, 0x11):
            blocks = [
                bytes((0x80, 0xE2, 0x11, 0)) + _lc(request[: at - 2]) + request[: at - 2],
                bytes((0x80, 0xE2, 0x11, 1)) + _lc(request[at - 2 : cut]) + request[at - 2 : cut],
                bytes((0x80, 0xE2, last, 2)) + _lc(request[cut : at + 40]) + request[cut : at + 40],
            ]
            hidden = masked(Trace(tuple(Exchange(block, b"\x90\x00") for block in blocks)))
            kept = b"".join((each.command or b"")[5:] for each in hidden.exchanges)
            assert kept[at : at + 32] == bytes([MASK_BYTE]) * 32
            assert kept[at + 32 : at + 40] == request[at + 32 : at + 40]
            assert kept[:at] == request[:at]


def _lc(data: bytes) -> bytes:
    return bytes([len(data)])


def test_blocks_without_their_beginning_are_masked() -> None:
    trace = Trace((Exchange(bytes.fromhex("80E2910104AABBCCDD"), b"\x90\x00"),), dropped=5)
    assert masked(trace).exchanges[0].command == bytes.fromhex("80E29101042A2A2A2A")


def test_plain_text_is_a_line_for_each_command() -> None:
    brief = list(text.lines(entries(whole_life()), details=False))
    assert len(brief) == len(entries(whole_life()))
    assert re.search(
        r"^ +6 +0\.011 +1\.0 ms  \[1\] ISD-R +STORE DATA → ES10c.GetEID  9000 normal ending$", brief[5]
    )


def test_coloured_text_says_the_same() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=400, color_system="standard")
    for line in text.coloured(entries(whole_life())):
        console.print(line, soft_wrap=True, highlight=False)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())
    assert "\x1b[" in out.getvalue()
    assert [each.rstrip() for each in plain.splitlines()] == list(text.lines(entries(whole_life())))


def test_json_is_one_object_a_line() -> None:
    rows = [json.loads(line) for line in json_lines.lines(entries(whole_life()))]
    (eid,) = (row for row in rows if row["function"] == "ES10c.GetEID")
    assert eid["response"] == {"GetEuiccDataResponse": {"eid_value": "89049032001001000000000000000120"}}
    assert eid["status_word"] == "9000"
    assert eid["outcome"] == "ok"
    assert rows[0]["command"] == "reset"
    assert rows[0]["status_word"] is None


class Page(HTMLParser):
    """Checks that tags are balanced, and notes what the page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.fetched: list[str] = []
        self.entries = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [name for name, _ in attrs if name in ("src", "href", "srcset", "action")]
        self.entries += tag == "details"
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag


def test_the_page_is_whole_and_fetches_nothing() -> None:
    html = page(whole_life(), title="<life>")
    parsed = Page()
    parsed.feed(html)
    assert parsed.stack == []
    assert parsed.fetched == []
    assert parsed.entries == len(entries(whole_life()))
    assert "url(" not in html
    assert "@import" not in html
    assert "<title>&lt;life&gt;</title>" in html
    assert "prefers-color-scheme: dark" in html


def test_text_from_a_card_cannot_write_html_or_control_a_terminal() -> None:
    name = "<script>\x1b[2J"
    request = rsp.SetNicknameRequest(iccid=bytes(10), profile_nickname=name).encode()
    trace = Trace((Exchange(bytes((0x80, 0xE2, 0x91, 0, len(request))) + request, b"\x6a\x88"),))
    assert page(trace).count("<script>") == 1
    assert "\x1b" not in "\n".join(text.lines(entries(trace)))


def packets(data: bytes) -> list[tuple[float, bytes]]:
    magic, major, minor, _, _, _, link = struct.unpack_from("<IHHiIII", data)
    assert (magic, major, minor, link) == (0xA1B2C3D4, 2, 4, 101)
    found = []
    at = 24
    while at < len(data):
        seconds, micro, size, original = struct.unpack_from("<IIII", data, at)
        assert size == original
        found.append((seconds + micro / 1e6, data[at + 16 : at + 16 + size]))
        at += 16 + size
    return found


def test_pcap_packets_are_gsmtap_in_udp() -> None:
    life = whole_life()
    found = packets(pcap(life))
    assert life.recorded is not None
    assert found[0][0] == pytest.approx(life.recorded.timestamp() + 0.001)
    for _, packet in found:
        words = struct.unpack(">10H", packet[:20])
        total = sum(words)
        assert (total & 0xFFFF) + (total >> 16) == 0xFFFF  # the checksum of IPv4
        assert words[1] == len(packet)
        assert struct.unpack(">HHH", packet[20:26]) == (4729, 4729, len(packet) - 20)
        assert packet[28:31] == b"\x02\x04\x04"
    kinds = [packet[40] for _, packet in found]
    assert kinds.count(1) == sum(exchange.command is None for exchange in life.exchanges)


def test_a_command_with_data_both_ways_becomes_two_packets() -> None:
    exchange = Exchange(bytes.fromhex("81E2910003BF2E0000"), bytes(range(20)) + b"\x91\x0b")
    payloads = [packet[44:] for _, packet in packets(pcap(Trace((exchange,))))]
    assert payloads == [
        bytes.fromhex("81E2910003BF2E006114"),
        bytes.fromhex("01C0000014") + bytes(range(20)) + b"\x91\x0b",
    ]


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_wireshark_reads_it(tmp_path: Path) -> None:
    (tmp_path / "life.pcap").write_bytes(pcap(whole_life()))
    told = subprocess.run(
        ["tshark", "-r", tmp_path / "life.pcap"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert len(told) == len(packets(pcap(whole_life())))
    assert all("GSM SIM" in line for line in told)
    assert any("SELECT File EF.IMSI" in line for line in told)
    assert any("FETCH Proactive Command REFRESH" in line for line in told)


def test_the_command_writes_files(tmp_path: Path) -> None:
    file = tmp_path / "life.trace"
    whole_life().save(file)
    command.write_page(file, tmp_path / "life.html")
    command.write_pcap(file, tmp_path / "life.pcap")
    assert (tmp_path / "life.html").read_text(encoding="utf-8") == page(whole_life(), title="life.trace")
    assert (tmp_path / "life.pcap").read_bytes() == pcap(whole_life())
    out = io.StringIO()
    shown = command.show(file, Console(file=out, width=80), brief=True, es10_only=True)
    assert len(out.getvalue().splitlines()) == len(shown) == len(es10_messages(whole_life()))
    rows: list[str] = []
    command.show_json(file, rows.append)
    assert len(rows) == len(entries(whole_life()))
