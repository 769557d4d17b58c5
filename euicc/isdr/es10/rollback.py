"""ES10b of SGP.32: back from the profile that an eUICC Package enabled, 5.9.16."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asn1.generated import sgp32
from euicc.isdr import rollback
from euicc.isdr.functions import Function
from euicc.isdr.tolerance import retag
from euicc.refusals import Reason

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR

CmdResult = sgp32.ProfileRollbackResponse.CmdResult


def profile_rollback(isdr: IsdR, request: sgp32.ProfileRollbackRequest) -> sgp32.ProfileRollbackResponse:
    """ES10b.ProfileRollback, SGP.32 5.9.16: the switch back, and the signed result that says so."""
    result = rollback.carry_out(isdr, request.refresh_flag)
    return sgp32.ProfileRollbackResponse(
        cmd_result=CmdResult.OK, euicc_package_result=sgp32.EuiccPackageResult.decode(result)
    )


FUNCTIONS = (
    Function(
        sgp32.ProfileRollbackRequest.TAG,
        sgp32.ProfileRollbackRequest,
        profile_rollback,
        refusals={
            Reason.NO_ROLLBACK: CmdResult.ROLLBACK_NOT_ALLOWED,
            Reason.CAT_BUSY: CmdResult.CAT_BUSY,
        },
        refuse=lambda _, code: sgp32.ProfileRollbackResponse(cmd_result=code),
        tolerance=(retag(0x01, 0x80),),
        malformed=CmdResult.COMMAND_ERROR,
    ),
)
