"""A message that fails a test shrinks to the least message that does."""

from __future__ import annotations

from asn1.generated import rsp, sgp32
from euicc.testing.strategies import Kind, messages, violated
from tests.strategies.shrinking import shrunk


def test_one_component_deep_inside() -> None:
    def long_nickname(message: rsp.ProfileInfoListResponse) -> bool:
        return any(len(info.profile_nickname or "") >= 3 for info in message.profile_info_list_ok or ())

    info = rsp.ProfileInfo(profile_nickname="000")
    expected = rsp.ProfileInfoListResponse(profile_info_list_ok=(info,))
    assert shrunk(messages(rsp.ProfileInfoListResponse), long_nickname) == expected


def test_one_operation_of_a_package() -> None:
    def has_rollback(message: sgp32.EuiccPackageRequest) -> bool:
        psmos = message.euicc_package_signed.euicc_package.psmo_list or ()
        return any(psmo.enable is not None and psmo.enable.rollback_flag for psmo in psmos)

    found = shrunk(messages(sgp32.EuiccPackageRequest), has_rollback)
    enable = sgp32.Psmo.Enable(iccid=bytes(10), rollback_flag=True)
    signed = found.euicc_package_signed
    assert signed.euicc_package.psmo_list == (sgp32.Psmo(enable=enable),)
    assert (signed.eid_value, signed.counter_value, found.eim_signature) == (bytes(16), 0, b"")
    assert signed.eim_transaction_id is None


def test_a_violation_keeps_its_place_and_loses_the_rest() -> None:
    data, violation = shrunk(violated(rsp.NotificationMetadata, Kind.SIZE), lambda _: True)
    assert violation.path == "iccid"
    assert len(data) < 40
    found = shrunk(violated(rsp.NotificationSentRequest), lambda broken: broken[1].kind is Kind.CONTENTS)
    assert (found[0].hex(), str(found[1])) == (
        "bf30028000",
        "seq_number: contents that the simple type cannot have (empty)",
    )
