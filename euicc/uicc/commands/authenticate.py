"""AUTHENTICATE, TS 102 221 11.1.16, TS 31.102 7.1 and TS 31.103 7.1."""

from __future__ import annotations

from apdu import Command, StatusError, status
from euicc.uicc.authentication.algorithms import AlgorithmError
from euicc.uicc.authentication.contexts import CONTEXTS
from euicc.uicc.authentication.parameters import find
from euicc.uicc.context import Context
from euicc.uicc.filesystem import Df

APPLICATION_PINS = range(0x01, 0x09)


def authenticate(context: Context, command: Command) -> bytes:
    """AUTHENTICATE with INS 88: P2 is the security context; response data as `authentication.contexts` says.

    It needs an active USIM or ISIM, current or above the current directory, and its PIN. INS 89 (MBMS, local key
    establishment) does not exist here. StatusError, in this order: 6985 without such an application or its algorithm
    (CSIM: this card has no CAVE), 6A86, 6982, then those of the context: 9864, 6700, 6985 (authCounterMax), 9862, 9866.
    """
    adf = active_application(context)
    subscription = find(context.uicc, adf.aid or b"")
    if subscription is None:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    run = CONTEXTS.get(command.p2)
    if command.p1 or run is None:
        raise StatusError(status.INCORRECT_P1_P2)
    check_application_pin(context, adf)
    try:
        return run(context.uicc, adf, subscription, command.data)
    except AlgorithmError:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED) from None


def active_application(context: Context) -> Df:
    """The ADF that is active on the channel, in which the current directory must lie; StatusError 6985.

    One that was terminated meanwhile is active no more.
    """
    adf = context.adf
    if adf is None or adf not in context.df.ancestors() or not context.uicc.is_open(adf):
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    return adf


def check_application_pin(context: Context, adf: Df) -> None:
    """StatusError 6982 unless the application PIN is verified or disabled, TS 31.102 7.1.1.

    The application PIN is the first of 01..08 in the PIN status template of the ADF; without one nothing is to verify.
    """
    reference = next((key for key in adf.pin_keys if key in APPLICATION_PINS), None)
    if reference is not None and not context.authority.satisfied(reference, adf):
        raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)
