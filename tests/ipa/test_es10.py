from __future__ import annotations

import pytest

from apdu import StatusError, TlvError, tlv
from asn1.generated import rsp
from ipa import es10
from ipa.errors import CommandRefused, EuiccAnswerInvalid, EuiccRefused, RequestInvalid
from ipa.procedures import device, profiles
from tests.ipa import messages
from tests.ipa.playbook import Line, play, play_to_failure


def test_a_package_is_cut_where_the_card_wants_it() -> None:
    package = messages.bound_profile_package()
    pieces = es10.pieces(package)
    assert b"".join(pieces) == package
    assert [piece[:2].hex() for piece in pieces] == [
        "bf36",  # the header of the package together with all of BF23
        "a01a",
        f"a1{len(pieces[3]) + len(pieces[4]):02x}",
        "8817",
        "8818",
        "a24a",
        "a382",
        "8682",
        "8682",
        "8628",
    ]
    assert [len(piece) for piece in pieces[5:]] == [76, 4, 1020, 1020, 42]
    header = pieces[0].index(bytes.fromhex("BF23"))
    assert tlv.parse(pieces[0][header:]).tag == 0xBF23


def test_a_package_without_replaced_keys() -> None:
    pieces = es10.pieces(messages.bound_profile_package(keys=False))
    assert [piece[0] for piece in pieces] == [0xBF, 0xA0, 0xA1, 0x88, 0x88, 0xA3, 0x86, 0x86, 0x86]


def test_lengths_are_not_written_anew() -> None:
    """A server may write lengths longer than needed; the MACs are over what it wrote."""
    package = messages.bound_profile_package()
    content = package[5:]
    long_form = b"\xbf\x36\x83" + len(content).to_bytes(3, "big") + content
    assert es10.pieces(long_form)[0].startswith(long_form[:6])
    assert b"".join(es10.pieces(long_form)) == long_form


@pytest.mark.parametrize(
    "package",
    [
        b"",
        messages.bound_profile_package()[:-1],
        messages.bound_profile_package() + b"\x00",
        tlv.encode(0xBF37, b""),
        tlv.encode(0xBF36, b""),
        tlv.encode(0xBF36, tlv.encode(0xA0, b""), tlv.encode(0xBF23, b"")),
    ],
)
def test_what_is_no_package(package: bytes) -> None:
    with pytest.raises(TlvError):
        es10.pieces(package)


def test_request_and_response_are_typed() -> None:
    eid = bytes.fromhex("89049032123451234512345678901235")
    answer = rsp.GetEuiccDataResponse(eid_value=eid).encode()
    assert (
        play(device.get_eid(), Line("GetEID", answer, lambda step: step.request.hex() == "bf3e035c015a"))
        == eid
    )


def test_a_result_code_is_named() -> None:
    answer = rsp.EnableProfileResponse(enable_result=4).encode()
    error = play_to_failure(profiles.enable(messages.ICCID), EuiccRefused, Line("EnableProfile", answer))
    assert str(error) == "the eUICC refuses ES10c.EnableProfile: wrong profile reenabling (4)"


def test_an_unknown_result_code_is_an_error_too() -> None:
    answer = rsp.DeleteProfileResponse(delete_result=99).encode()
    error = play_to_failure(profiles.delete(messages.ICCID), EuiccRefused, Line("DeleteProfile", answer))
    assert "unknown result code (99)" in str(error)


def test_a_status_word_is_described() -> None:
    error = play_to_failure(device.get_rat(), CommandRefused, Line("GetRAT", StatusError(0x6985)))
    assert isinstance(error, CommandRefused)
    assert error.sw == 0x6985
    assert "6985 conditions of use not satisfied" in str(error)


@pytest.mark.parametrize("answer", [b"", b"\xbf\x43", b"\xbf\x2e\x00"])
def test_an_answer_that_is_none(answer: bytes) -> None:
    play_to_failure(device.get_rat(), EuiccAnswerInvalid, Line("GetRAT", answer))


def test_a_nickname_that_does_not_fit() -> None:
    play_to_failure(profiles.set_nickname(messages.ICCID, "x" * 65), RequestInvalid)
