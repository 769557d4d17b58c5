"""ES8.DownloadAndInstallation, SGP.02 4.1.3.3, through the SM-SR: a session, the package, the EUICCResponse."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from asn1 import Asn1Error
from asn1.generated import pe
from euicc.testing.m2m.es3 import Request, SendData, call
from euicc.testing.scp03 import HostKeys
from euicc.testing.smdp_m2m import failure, scp03t
from euicc.testing.smdp_m2m.failure import AlreadyInstalled, Failure, NotInstalled
from euicc.testing.smdp_m2m.scp03t import CardRefused, Scp03tError, Scp03tHost, Sent
from euicc.testing.smdp_m2m.sending import answered

_CHALLENGE, _CHAINING = 8, 16
_NO_ROOM_FOR_A_PROFILE = (scp03t.DATA, b"\x04")
"""Command and error of an ISD-P that does not wait for a profile."""

Installing = Generator[Request[Any], Any, bytes]


def install(
    eid: bytes,
    isd_p: bytes,
    keys: HostKeys,
    package: bytes,
    random: Callable[[int], bytes],
    block: int = scp03t.LARGEST_BLOCK,
    batch: int = 4,
    own_keys: bool = False,
) -> Installing:
    """The EUICCResponse of the package that was installed; Failure, AlreadyInstalled.

    block: bytes of the longest TLV; batch: how many of them go into one SendData. own_keys: the package is protected
    with keys that have nothing to do with the session, as if that had been done long before.
    """
    pieces = deque(scp03t.blocks(package, block))
    try:
        return (yield from _in_a_session(eid, isd_p, keys, pieces, random, batch, own_keys))
    except Failure as failed:
        failed.open_end = not pieces and not isinstance(failed, NotInstalled)
        raise


def _in_a_session(
    eid: bytes,
    isd_p: bytes,
    keys: HostKeys,
    pieces: deque[bytes],
    random: Callable[[int], bytes],
    batch: int,
    own_keys: bool,
) -> Installing:
    """As `install`; what is left of the pieces was not sent."""
    host = Scp03tHost(keys, isd_p, random(_CHALLENGE))
    try:
        yield from _open(eid, isd_p, host)
        first = host.external_authenticate()
        ahead = [_own_keys(host, len(keys.enc), random)] if own_keys else []
        while sent := [*ahead, *_next(host, pieces, batch)]:
            said = yield from _sent(eid, isd_p, first, sent)
            if said:
                return judged(said)
            first, ahead = b"", []
        raise Failure(failure.NOT_INSTALLED)
    except CardRefused as refused:
        if (refused.command, refused.error) == _NO_ROOM_FOR_A_PROFILE:
            raise AlreadyInstalled from refused
        # Something of the session is not where it was: the card was reset, or a packet came in between.
        raise Failure(failure.REFUSED, lost=True, euicc_response=refused.error) from refused
    except Scp03tError as error:
        raise Failure(failure.CARD) from error


def _open(eid: bytes, isd_p: bytes, host: Scp03tHost) -> Generator[Request[Any], Any, None]:
    response = yield from call(SendData(eid, isd_p, host.initialize_update(), more_to_do=True))
    answers = answered(response)
    if len(answers) != 1:
        raise Failure(failure.REFUSED, euicc_response=response.data)
    host.take_initialize_update(answers[0])


def _sent(eid: bytes, isd_p: bytes, first: bytes, sent: list[Sent]) -> Installing:
    """What the card had to say to these commands; `first`: EXTERNAL AUTHENTICATE, if it goes before them."""
    data = first + b"".join(each.encoded for each in sent)
    answers = answered((yield from call(SendData(eid, isd_p, data, more_to_do=True))))
    if first and answers:
        scp03t.read_plain(scp03t.EXTERNAL_AUTHENTICATE, answers.pop(0))
    # A script of the card ends with an error, and with the EUICCResponse: answers may be fewer.
    for command, answer in zip(sent, answers, strict=False):
        said = scp03t.read(command, answer)
        if said:
            return said
    if len(answers) < len(sent):
        raise Failure(failure.REFUSED, lost=True)
    return b""


def _own_keys(host: Scp03tHost, length: int, random: Callable[[int], bytes]) -> Sent:
    return host.replace_session_keys(random(_CHAINING), random(length), random(length))


def _next(host: Scp03tHost, pieces: deque[bytes], batch: int) -> list[Sent]:
    return [host.data(pieces.popleft()) for _ in range(min(batch, len(pieces)))]


def judged(response: bytes) -> bytes:
    """An EUICCResponse that says that all is well; NotInstalled with any other."""
    try:
        decoded = pe.EUICCResponse.decode(response)
    except Asn1Error as error:
        raise NotInstalled(response) from error
    last = decoded.pe_status[-1].status if decoded.pe_status else None
    if decoded.profile_installation_aborted or last != pe.PEStatus.Status.OK:
        raise NotInstalled(response)
    return response
