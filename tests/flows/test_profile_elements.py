"""What each ProfileElement defines is there when the profile is enabled: files, keys and PINs, seen by APDU."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apdu import ApduChannel, Command, tlv
from asn1.generated import pe
from euicc.config import Config
from tests.data import needs_ts48, ts48_packages
from tests.flows.installed import enabled
from tests.isdp.packages import (
    ICCID,
    ISIM_AID,
    USIM_AID,
    USIM_FID,
    Elements,
    aka,
    basic,
    content,
    encode,
    end,
    fcp,
    gfm,
    head,
    header,
    inserted,
    isim,
    pin,
    pins,
    records,
    replaced,
    shared_pins,
    telecom,
    transparent,
    usim,
)

EVERYTHING = replace(Config(), uicc_capability=tuple(range(32)))
PIN1 = ADM1 = b"12345678"
OLD, NEW = "39393939FFFFFFFF", "38393939FFFFFFFF"
APPLICATIONS = ("A0000000871002", "A0000000871004", "A0000003431002")
DISABLED = 0x06
DIRECTORY = (fcp(pin_status_template_do=b"\x01\x0a"),)
OPEN = tuple(records(22, bytes.fromhex("8001019000" + "80015AA40683010A950108"), *(b"",) * 13))
"""EF_ARR whose first rule leaves reading open."""


class Terminal:
    """A terminal on a card with the profile of these elements."""

    def __init__(self, package: Elements | bytes) -> None:
        self.card = enabled(package if isinstance(package, bytes) else encode(package), EVERYTHING)
        self._channel = ApduChannel(self.card)

    def __call__(self, command: str) -> str:
        answer = self._channel.send(Command.parse(bytes.fromhex(command)))
        return answer.data.hex() + f"{answer.sw:04x}"

    def select(self, path: str, aid: bytes = USIM_AID) -> bytes:
        """The FCP of a file below an application."""
        assert self(f"00A4040C{len(aid):02X}{aid.hex()}") == "9000"
        answer = self(f"00A40804{len(path) // 2 + 2:02X}7FFF{path}00")
        assert answer.endswith("9000"), answer
        return bytes.fromhex(answer)[:-2]

    def read(self, path: str, aid: bytes = USIM_AID) -> str:
        """Content, or the first record, of a file below an application."""
        descriptor = tlv.find(self.select(path, aid), 0x62, 0x82) or b""
        return self("00B2010400" if len(descriptor) > 2 else "00B0000000")


def with_open_pin() -> Elements:
    """A package whose PIN1 is disabled."""
    return replaced(basic(), "pin_codes", pins(pin(0x01, pin_attributes=DISABLED), pin(0x0A)))


BELOW_USIM: tuple[tuple[str, Any, str, dict[str, str]], ...] = (
    ("phonebook", pe.PEPHONEBOOK(
        phonebook_header=head(), template_id="2.23.143.1.2.6", df_phonebook=DIRECTORY, ef_psc=(),
        ef_pbr=records(4, b"\xa8\x02\xc0\x00"),
    ), "5F3A", {"4F22": "00" * 4, "4F30": "a802c000"}),
    ("gsm_access", pe.PEGSMACCESS(
        gsm_access_header=head(), template_id="2.23.143.1.2.7", df_gsm_access=DIRECTORY, ef_kc=(), ef_kcgprs=(),
    ), "5F3B", {"4F20": "ff" * 8 + "07", "4F52": "ff" * 8 + "07"}),
    ("df_5gs", pe.PEDF5GS(
        df_5gs_header=head(), template_id="2.23.143.1.2.13.4", df_df_5gs=DIRECTORY, ef_5gs3gpploci=(),
        ef_5gs3gppnsc=(), ef_routing_indicator=(),
    ), "5FC0", {"4F01": "ff" * 16 + "00000001", "4F03": "ff" * 62, "4F0A": "f0ff0000"}),
    ("df_saip", pe.PEDFSAIP(
        df_saip_header=head(), template_id="2.23.143.1.2.14", df_df_saip=DIRECTORY,
        ef_suci_calc_info_usim=transparent(b"\xa0\x02\x00\x00"),
    ), "5FD0", {}),
    ("df_snpn", pe.PEDFSNPN(
        df_snpn_header=head(), template_id="2.23.143.1.2.15", df_df_snpn=DIRECTORY, ef_pws_snpn=(content(b"\x01"),),
    ), "5FE0", {"4F01": "01"}),
    ("df_5gprose", pe.PEDF5GPROSE(
        df_5g_prose_header=head(), template_id="2.23.143.1.2.16", df_df_5g_prose=DIRECTORY,
        ef_5g_prose_st=(content(b"\x03"),),
    ), "5FF0", {"4F01": "03"}),
    ("eap", pe.PEEAP(
        eap_header=head(), template_id="2.23.143.1.2.12", df_eap=(fcp(
            pin_status_template_do=b"\x01\x0a", file_id=b"\x5f\x99",
        ),), ef_eapstatus=(), ef_curid=transparent(b"\xff" * 4),
    ), "5F99", {"4F02": "00", "4F20": "ff" * 4}),
)  # fmt: skip
"""Element, where its directory is below the USIM, and what its files hold."""


@pytest.mark.parametrize(
    ("name", "element", "directory", "files"), BELOW_USIM, ids=[element[0] for element in BELOW_USIM]
)
def test_directories_below_the_usim(
    name: str, element: object, directory: str, files: dict[str, str]
) -> None:
    terminal = Terminal(inserted(with_open_pin(), "security_domain", (name, element)))
    status = tlv.find(terminal.select(directory), 0x62, 0xC6)
    assert status == bytes.fromhex("90014083010183010A")
    for fid, held in files.items():
        assert terminal.read(directory + fid) == held + "9000"


def test_suci_information_for_the_card_is_not_for_the_terminal() -> None:
    """EF_SUCI_Calc_Info of DF.SAIP is under rule 3: ADM1."""
    rules = tuple(records(22, *(bytes.fromhex("80015BA40683010A950108"),) * 14))
    package = replaced(with_open_pin(), "usim", usim(ef_arr=rules))
    terminal = Terminal(inserted(package, "security_domain", BELOW_USIM[3][:2]))
    assert terminal.read("5FD04F01") == "6982"
    assert terminal("0020000A08" + ADM1.hex()) == "9000"
    assert terminal("00B0000000") == "a00200009000"


def test_isim_and_its_pins() -> None:
    """An ISIM that shares the local PINs of the USIM: one counter, one verification."""
    package = inserted(
        with_open_pin(),
        "security_domain",
        ("isim", isim()),
        ("pin_codes", shared_pins(USIM_FID)),
        ("aka_parameter", aka()),
    )
    terminal = Terminal(package)
    assert terminal.read("6F02", ISIM_AID) == "8004757365729000"
    assert terminal("0020008108" + "00" * 8) == "63c2"
    terminal.select("6F07")
    assert terminal("00200081") == "63c2"


def test_pins_of_another_application_are_its_own() -> None:
    package = inserted(
        with_open_pin(),
        "security_domain",
        ("isim", isim()),
        ("pin_codes", pins(pin(0x81))),
        ("aka_parameter", aka()),
    )
    terminal = Terminal(package)
    terminal.select("6F02", ISIM_AID)
    assert terminal("0020008108" + "00" * 8) == "63c2"
    terminal.select("6F07")
    assert terminal("00200081") == "63c3"


def test_states_and_counters_of_pins_and_puks() -> None:
    """PE-PINCodes and PE-PUKCodes: tries left, maximum tries, attributes, values, and which PUK serves which PIN."""
    codes = pins(
        pin(0x01, pin_attributes=0x07, unblocking_pin_reference=0x02, max_num_of_attemps_retry_num_left=0x52),
        pin(0x02, pin_attributes=0x03),
        pin(0x0A, max_num_of_attemps_retry_num_left=0x30),
    )
    puks = pe.PEPUKCodes(puk_header=head(), puk_codes=(
        pe.PUKConfiguration(key_reference=1, puk_value=b"11111111"),
        pe.PUKConfiguration(key_reference=2, puk_value=b"22222222", max_num_of_attemps_retry_num_left=0x42),
    ))  # fmt: skip
    terminal = Terminal(replaced(replaced(basic(), "pin_codes", codes), "puk_codes", puks))
    assert terminal("00200001") == "63c2"
    assert terminal("0020000108" + PIN1.hex()) == "9000"
    assert terminal("00200001") == "63c5"
    assert terminal("0020000A08" + ADM1.hex()) == "6983"
    assert terminal("0026000208" + PIN1.hex()) == "6985"
    assert terminal("002C0002") == "6a88"
    assert terminal("002C0001") == "63c2"
    assert terminal("002C000110" + "31" * 8 + "30" * 8) == "63c1"
    assert terminal("002C000110" + "32" * 8 + "30" * 8) == "9000"
    assert terminal("002C0001") == "63c4"
    assert terminal("0020000108" + "30" * 8) == "9000"


def test_generic_file_management_and_the_universal_pin() -> None:
    """A directory that a package makes by itself, with a rule that the universal PIN opens."""
    rule = bytes.fromhex("800101A406830111950108")
    directory = pe.Fcp(
        file_descriptor=b"\x78\x21",
        file_id=b"\x5f\x70",
        pin_status_template_do=b"\x01\x11",
        security_attributes_referenced=b"\x2f\x06\x01",
    )
    arr = pe.Fcp(
        file_descriptor=b"\x42\x21\x00\x0b",
        file_id=b"\x6f\x06",
        ef_file_size=b"\x0b",
        security_attributes_referenced=b"\x01",
    )
    file = pe.Fcp(
        file_descriptor=b"\x41\x21",
        file_id=b"\x6f\x50",
        ef_file_size=b"\x03",
        security_attributes_referenced=b"\x01",
    )
    codes = pins(pin(0x01), pin(0x0A), pin(0x11, pin_value=b"87654321"))
    package = replaced(basic(), "pin_codes", codes)
    made = gfm(b"", directory, arr, content(rule), file, content(b"abc"))
    terminal = Terminal(inserted(package, "security_domain", ("generic_file_management", made)))
    assert terminal("00A40804025F7000").endswith("c60c9001c08301019501008301119000")
    assert terminal("00A4000C026F50") == "9000"
    assert terminal("00B0000000") == "6982"
    assert terminal("0020001108" + b"87654321".hex()) == "9000"
    assert terminal("00B0000000") == "6162639000"


def test_files_below_the_mf() -> None:
    launchpad = (fcp(ef_file_size=b"\x02", security_attributes_referenced=b"\x2f\x06\x01"), content(b"go"))
    package = inserted(
        with_open_pin(),
        "usim",
        ("cd", pe.PECD(
            cd_header=head(), template_id="2.23.143.1.2.2", df_cd=DIRECTORY, ef_launchpad=launchpad,
        )),
        ("telecom", telecom(df_telecom=DIRECTORY, ef_arr=OPEN, ef_sume=transparent(b"menu"))),
    )  # fmt: skip
    terminal = Terminal(package)
    assert terminal("00A4080C047F116F01") == "9000"
    assert terminal("00B0000000") == b"go".hex() + "9000"
    assert terminal("00A4080C047F106F06") == "9000"
    assert terminal("00B2010416") == "6982"  # rule 10, which this EF_ARR leaves empty
    assert terminal("00A4080C047F106F54") == "9000"


def test_a_minimal_iot_profile() -> None:
    """No PINs at all: what its default rules want a PIN for is open, and what they want ADM1 for stays closed."""
    pix = bytes.fromhex("1002FF49FF0589")
    package = [
        ("header", header(iot_options=pe.IotOptions(pix=pix))),
        ("iot", pe.PEIoT(
            iot_header=head(),
            template_id="2.23.143.1.2.17",
            ef_imsi=(content(bytes.fromhex("080910101032540636")),),
            ef_acc=(content(b"\x00\x01"),),
        )),
        ("aka_parameter", aka()),
        ("end", end()),
    ]  # fmt: skip
    terminal = Terminal(package)
    assert terminal("00A4000C022FE2") == "9000"
    assert terminal("00B0000000") == bytes(b >> 4 | b << 4 & 0xF0 for b in ICCID).hex() + "9000"
    assert terminal.read("6F07") == "0809101010325406369000"
    assert terminal("00D600000108") == "6982"
    assert terminal("00200001") == "6a88"


@needs_ts48
@pytest.mark.parametrize("path", ts48_packages(), ids=lambda path: str(path.stem))
def test_pins_and_puks_of_ts48(path: Path) -> None:
    """Values, PUKs and counters of every directory that has PINs."""
    terminal = Terminal(path.read_bytes())
    left = [terminal(f"002000{key}") for key in ("01", "0A", "0B", "81", "11")]
    assert left == ["63c3", "63ca", "63ca", "6a88", "6a88"]
    assert terminal("0020000B08" + "36" * 8) == "9000"
    for select in ("00A4080C027F10", *(f"00A4040C07{aid}" for aid in APPLICATIONS)):
        assert terminal(select) == "9000"
        assert terminal("00200081") == "63c3"
        assert terminal("0020008108" + OLD) == "9000"
        assert terminal("002C008110" + "31" * 8 + NEW) == "63c9"
        assert terminal("002C008110" + "32" * 8 + NEW) == "9000"
        assert terminal("0020008108" + OLD) == "63c2"
        assert terminal("0020008108" + NEW) == "9000"
