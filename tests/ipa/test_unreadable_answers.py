"""Answers that fuzzing found to come out of the device as something else than its errors."""

from __future__ import annotations

import pytest

from apdu import tlv
from ipa.errors import EuiccAnswerInvalid, ServerAnswerInvalid
from ipa.procedures import polling
from ipa.servers import esipa
from ipa.servers.es9 import Answer
from tests.ipa.iot import LINK, Script


@pytest.mark.parametrize("text", ["\ud800", "é", "AA=A", "A", "A A="])
def test_base64_that_is_none(text: str) -> None:
    with pytest.raises(ServerAnswerInvalid, match="is not base64"):
        Answer("authenticateClient", {"profileMetadata": text}).binary("profileMetadata")


def test_info_of_a_card_that_is_none() -> None:
    with pytest.raises(EuiccAnswerInvalid, match="GetEUICCInfo1"):
        Script().play(esipa.initiate_authentication(LINK, bytes(16), None, bytes.fromhex("BF2000"), None))


@pytest.mark.parametrize("signed", ["A1", "A105", "7F05", "82", "A18000"])
def test_a_package_whose_parts_do_not_fit_changes_no_eim(signed: str) -> None:
    package = tlv.parse(tlv.encode(0xBF51, tlv.encode(0x30, bytes.fromhex(signed))))
    assert Script().play(polling._still(LINK, package)) is LINK
