"""The functions of SGP.22 on an IoT eUICC: the same requests, the same result codes."""

from __future__ import annotations

import pytest

from apdu import tlv
from tests.isdr.es10 import open_isdr
from tests.isdr.test_profiles_result_codes import CASES, CODES, ERROR_ARM, Case
from tests.sgp32.iot import iot_card


@pytest.mark.parametrize("case", CASES, ids=str)
def test_result_code(case: Case) -> None:
    card = iot_card()
    case.arrange(card)
    expected = tlv.encode(ERROR_ARM.get(case.function, 0x80), bytes([case.code]))
    assert open_isdr(card).store_data(case.request) == tlv.encode(CODES[case.function][0], expected)
