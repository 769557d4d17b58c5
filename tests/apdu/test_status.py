"""Status words and AIDs by name."""

from __future__ import annotations

import pytest

from apdu import StatusError, aid, instruction, status


@pytest.mark.parametrize(
    ("sw", "words"),
    [
        (0x9000, "9000 normal ending"),
        (0x6A82, "6A82 file or application not found"),
        (0x6110, "6110 16 bytes of response available"),
        (0x6100, "6100 256 bytes of response available"),
        (0x6C05, "6C05 wrong Le, 5 bytes available"),
        (0x910B, "910B normal ending, proactive command of 11 bytes pending"),
        (0x63C3, "63C3 verification failed, 3 tries left"),
        (0x6299, "6299 warning, memory unchanged"),
        (0x6999, "6999 command not allowed"),
        (0x1234, "1234 unknown status word"),
    ],
)
def test_a_status_word_in_words(sw: int, words: str) -> None:
    assert status.describe(sw) == words


def test_every_named_status_word_has_words_of_its_own() -> None:
    named = {value for name, value in vars(status).items() if name.isupper() and not name.startswith("_")}
    words = {status.describe(sw)[5:] for sw in named}
    assert len(named) > 60
    assert "unknown status word" not in words
    exact = {sw for sw in named if sw & 0xFF}
    assert len({status.describe(sw)[5:] for sw in exact}) == len(exact)


def test_counted_status_words() -> None:
    assert status.with_count(status.RESPONSE_AVAILABLE_XX, 5) == 0x6105
    assert status.with_count(status.RESPONSE_AVAILABLE_XX, 256) == 0x6100
    assert status.with_count(status.WRONG_LE_XX, 1000) == 0x6C00
    assert status.count_of(0x6100) == 256
    assert status.count_of(0x910B) == 11
    assert status.retries_left(3) == 0x63C3


def test_only_9000_and_91xx_are_success() -> None:
    assert [sw for sw in range(0x10000) if status.is_success(sw)] == [0x9000, *range(0x9100, 0x9200)]


def test_a_status_error_says_what_it_is() -> None:
    error = StatusError(status.CONDITIONS_NOT_SATISFIED, b"\x01")
    assert str(error) == "6985 conditions of use not satisfied"
    assert (error.sw, error.data) == (0x6985, b"\x01")


def test_the_aids_of_an_euicc() -> None:
    assert aid.ISD_R.hex().upper() == "A0000005591010FFFFFFFF8900000100"
    assert aid.ECASD.hex().upper() == "A0000005591010FFFFFFFF8900000200"
    assert aid.isd_p(0x10).hex().upper() == "A0000005591010FFFFFFFF8900001000"
    assert aid.isd_p(0xFFFF).hex().upper() == "A0000005591010FFFFFFFF8900FFFF00"
    assert aid.compact(aid.isd_p(0x1234)) == b"\x12\x34"


@pytest.mark.parametrize("number", [-1, 0, 0x0F, 0x10000])
def test_isd_ps_have_numbers_from_0010_to_ffff(number: int) -> None:
    with pytest.raises(ValueError):
        aid.isd_p(number)


def test_the_number_of_an_isd_p_is_read_back() -> None:
    assert aid.isd_p_number(aid.isd_p(0x1234)) == 0x1234
    for other in (aid.ISD_R, aid.ECASD, aid.ISD_P_MODULE, aid.USIM, b"", aid.isd_p(0x10)[:-1]):
        assert aid.isd_p_number(other) is None


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        (aid.ISD_R, "ISD-R"),
        (aid.isd_p(0x10), "ISD-P 0010"),
        (bytes.fromhex("A0000000871002FFFFFFFF8903020000"), "USIM"),
        (b"\xa0\x01", "A001"),
    ],
)
def test_applications_have_names(identifier: bytes, name: str) -> None:
    assert aid.describe(identifier) == name


@pytest.mark.parametrize(
    ("ins", "proprietary", "name"),
    [
        (0xA4, False, "SELECT"),
        (0xE2, True, "STORE DATA"),
        (0xE4, False, "DELETE FILE"),
        (0xE4, True, "DELETE"),
        (0xE8, True, "LOAD"),
        (0x89, False, "AUTHENTICATE"),
        (0x01, False, "INS 01"),
    ],
)
def test_instructions_have_names(ins: int, proprietary: bool, name: str) -> None:
    assert instruction.describe(ins, proprietary) == name
