"""A message that fails a test shrinks to the least message that does."""

from __future__ import annotations

from asn1 import BitString
from asn1.generated import rsp, sgp32
from euicc.testing.strategies import Kind, messages, violated
from tests.strategies.shrinking import shrunk


def test_one_component_deep_inside() -> None:
    def long_address(message: rsp.ListNotificationResponse) -> bool:
        listed = message.notification_metadata_list or ()
        return any(len(each.notification_address) >= 3 for each in listed)

    least = rsp.NotificationMetadata(
        seq_number=0, profile_management_operation=BitString.of(), notification_address="000"
    )
    found = shrunk(messages(rsp.ListNotificationResponse), long_address)
    assert found == rsp.ListNotificationResponse(notification_metadata_list=(least,))


def test_one_operation_of_a_package() -> None:
    def has_rollback(package: sgp32.EuiccPackage) -> bool:
        return any(psmo.enable is not None and psmo.enable.rollback_flag for psmo in package.psmo_list or ())

    enable = sgp32.Psmo.Enable(iccid=bytes(10), rollback_flag=True)
    found = shrunk(messages(sgp32.EuiccPackage), has_rollback)
    assert found == sgp32.EuiccPackage(psmo_list=(sgp32.Psmo(enable=enable),))


def test_a_violation_keeps_its_place_and_loses_the_rest() -> None:
    found = shrunk(violated(rsp.NotificationMetadata, Kind.SIZE), lambda _: True)
    assert found[1].path == "iccid"
    assert len(found[0]) < 40
    found = shrunk(violated(rsp.NotificationSentRequest), lambda broken: broken[1].kind is Kind.CONTENTS)
    assert (found[0].hex(), str(found[1])) == (
        "bf30028000",
        "seq_number: contents that the simple type cannot have (empty)",
    )
