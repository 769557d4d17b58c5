"""What packages and operators hand over in formats of their own: DGIs, toolkit parameters, load files."""

from __future__ import annotations

import pytest

from apdu import tlv
from euicc.card import Card
from euicc.globalplatform import cap_file, dgi, key_set, toolkit_parameters
from euicc.globalplatform.dgi import DgiError
from euicc.globalplatform.session import Session
from euicc.globalplatform.toolkit_parameters import ToolkitParameters, ToolkitParametersError
from euicc.uicc.application_data import KeyComponent, SecurityDomainKey
from tests.globalplatform.cards import MNO_SD, card_with, mno_sd, run, select
from tests.globalplatform.content import MODULE, component, load_file
from tests.isdp.packages import basic, instance, key, replaced, security_domain

TS48 = bytes.fromhex("0100000000 020102 06B20100000000 00")


def test_toolkit_parameters_of_ts48() -> None:
    parameters = toolkit_parameters.parse(TS48)
    assert parameters == ToolkitParameters(
        priority=1, minimum_security_level=0x02, tars=(bytes.fromhex("B20100"), bytes(3))
    )


def test_toolkit_parameters_of_an_applet_with_a_menu() -> None:
    parameters = toolkit_parameters.parse(bytes.fromhex("FF 02 10 02 0001 0302 01 00 03 C00001"))
    assert parameters == ToolkitParameters(0xFF, 2, 16, ((0, 1), (3, 2)), 1, None, (bytes.fromhex("C00001"),))


@pytest.mark.parametrize("cut", range(len(TS48) - 1))
def test_toolkit_parameters_that_are_cut(cut: int) -> None:
    with pytest.raises(ToolkitParametersError):
        toolkit_parameters.parse(TS48[:cut])
    assert toolkit_parameters.of_instance(tlv.encode(0x80, TS48[:cut])) == ToolkitParameters()


@pytest.mark.parametrize("wrong", [TS48 + b"\x00", bytes.fromhex("0100000000 00 0401020304")])
def test_toolkit_parameters_that_do_not_end(wrong: bytes) -> None:
    with pytest.raises(ToolkitParametersError):
        toolkit_parameters.parse(wrong)


def test_a_security_level_of_another_kind_is_none() -> None:
    assert toolkit_parameters.parse(bytes.fromhex("0100000000 020216 00")).minimum_security_level is None


@pytest.mark.parametrize("parameters", [None, b"", b"\x81\x00", b"\x80"])
def test_instances_without_toolkit_parameters(parameters: bytes | None) -> None:
    assert toolkit_parameters.of_instance(parameters) == ToolkitParameters()


def test_load_files() -> None:
    assert cap_file.contents(load_file()) == (b"\x01\x02", (MODULE,))
    assert cap_file.contents(load_file()[:40]) == (b"\x01\x02", ())
    assert cap_file.contents(b"\x00" * 50) == (b"", ())
    two = component(1, bytes.fromhex("DECAFFED010200 0100 00")) + component(
        3, b"\x02\x05" + bytes(5) + b"\x00\x08\x09"
    )
    assert cap_file.contents(two) == (b"\x00\x01", (bytes(5),))


def test_dgis() -> None:
    assert dgi.parse_all(bytes.fromhex("0070 02 4200 8001 00 8002 FF0001 AA")) == [
        (0x0070, b"\x42\x00"),
        (0x8001, b""),
        (0x8002, b"\xaa"),
    ]
    for wrong in ("00", "0070", "007001", "0070FF", "0070FF00", "0070FF0001"):
        with pytest.raises(DgiError):
            dgi.parse_all(bytes.fromhex(wrong))


def test_keys_as_the_memory_keeps_them() -> None:
    keys = (
        SecurityDomainKey(b"\x18", 1, 2, (KeyComponent(0x88, b"k" * 16, 4),), 1, b"\x00\x05"),
        SecurityDomainKey(b"", 0x7F, 0x7F, (KeyComponent(0xB0, b"x"), KeyComponent(0xF0, b"y"))),
    )
    assert key_set.from_bytes(key_set.to_bytes(keys)) == keys
    assert key_set.from_bytes(b"") == ()
    assert key_set.symmetric(keys[0]) == keys[0].components[0]
    assert key_set.symmetric(keys[1]) is None


def card(**fields: object) -> Card:
    return card_with(replaced(basic(), "security_domain", security_domain(key(1, 1), **fields)))


PERSO = {
    "long DGI": (bytes.fromhex("0070FF0004 66027300"), "66027300"),
    "malformed inside": (bytes.fromhex("0070 04 66020142"), "66020142"),
    "no data objects": (bytes.fromhex("0070 02 6605"), None),
    "no DGI": (b"\x00", None),
    "another DGI": (bytes.fromhex("0071 02 6600"), None),
}


@pytest.mark.parametrize(("perso", "expected"), PERSO.values(), ids=PERSO.keys())
def test_perso_data_of_any_kind_leave_a_domain_that_can_be_selected(
    perso: bytes, expected: str | None
) -> None:
    made = card(sd_perso_data=(perso,))
    assert select(made).startswith("6F")
    answer = "6A88" if expected is None else expected + "9000"
    assert run(mno_sd(made), Session(), "80CA006600") == answer


@pytest.mark.parametrize("parameters", [b"", b"\x81", b"\x81\x01\x03", b"\x81\x02\x80\x00"])
def test_installation_parameters_of_any_kind_leave_the_default_scp03(parameters: bytes) -> None:
    made = card(instance=instance(MNO_SD, application_specific_parameters_c9=parameters))
    assert mno_sd(made).scp03_option == 0x70
