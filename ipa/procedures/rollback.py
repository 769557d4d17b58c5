"""The way back from a profile that an eUICC Package enabled, SGP.32 3.3.2 and 5.9.16."""

from __future__ import annotations

from asn1.generated import sgp32
from ipa import es10_iot
from ipa.errors import EuiccRefused
from ipa.package_result import PackageResult
from ipa.steps import Procedure, refresh

CAT_BUSY = sgp32.ProfileRollbackResponse.CmdResult.CAT_BUSY


def roll_back() -> Procedure[PackageResult]:
    """ES10b.ProfileRollback: the card's new result, in place of the package's; the profile before is back.

    EuiccRefused when the card does not allow it: there was no rollbackFlag, or the result was acknowledged.
    """
    try:
        result = yield from es10_iot.profile_rollback(refresh_flag=True)
    except EuiccRefused as error:
        if error.code != CAT_BUSY:
            raise
        # A proactive command is in the way of a REFRESH: the reset ends it, and the card changes back at once.
        yield from refresh()
        result = yield from es10_iot.profile_rollback(refresh_flag=False)
    yield from refresh()
    return PackageResult.parse(result)
