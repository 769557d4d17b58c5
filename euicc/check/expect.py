"""What a case asks of an answer: each of these raises Finding with what was wanted and what came."""

from __future__ import annotations

from collections.abc import Collection

from apdu import Response, StatusError, status, tlv
from euicc.check.catalogue import Finding

SHOWN = 48


def require(holds: object, finding: str) -> None:
    """A Finding unless it holds."""
    if not holds:
        raise Finding(finding)


def same(what: str, found: object, wanted: object) -> None:
    """Both are equal."""
    require(found == wanted, f"{what} is {shown(found)}, not {shown(wanted)}")


def one_of(what: str, found: object, wanted: Collection[object]) -> None:
    """It is one of these."""
    names = " or ".join(shown(each) for each in wanted)
    require(found in wanted, f"{what} is {shown(found)}, not {names}")


def shown(value: object) -> str:
    """A value for people: bytes in hexadecimal, cut when they are many."""
    if not isinstance(value, bytes):
        return repr(value) if isinstance(value, str) else str(value)
    text = value[:SHOWN].hex().upper() or "nothing"
    return f"{text}… ({len(value)} bytes)" if len(value) > SHOWN else text


def ended(response: Response, *wanted: int) -> Response:
    """The status word is one of these; without any, 9000 or 91xx."""
    right = response.sw in wanted if wanted else response.successful
    names = " or ".join(status.describe(each) for each in wanted or (status.SUCCESS,))
    require(right, f"status word {status.describe(response.sw)}, not {names}")
    return response


def refused_with(error: StatusError | None, *wanted: int) -> None:
    """The card refused with one of these status words."""
    if error is None:
        raise Finding(f"the card did it; it should refuse with {status.describe(wanted[0])}")
    ended(Response(error.data, error.sw), *wanted)


def code_in(answer: bytes, *path: int) -> int:
    """The result code at this path of an answer; Finding when there is none."""
    value = tlv.find(answer, *path)
    names = " ".join(f"{tag:02X}" for tag in path)
    if value is None:
        raise Finding(f"no {names} in the answer {shown(answer)}")
    return int.from_bytes(value, "big")


def result_is(answer: bytes, tag: int, wanted: int, field: int = 0x80) -> None:
    """The answer to a function has this result code and nothing else."""
    same("the answer", answer, tlv.encode(tag, tlv.encode(field, bytes([wanted]))))


def value_in(answer: bytes, *path: int) -> bytes:
    """The value at this path of an answer; Finding when it is not there."""
    value = tlv.find(answer, *path)
    if value is None:
        names = " ".join(f"{tag:02X}" for tag in path)
        raise Finding(f"no {names} in the answer {shown(answer)}")
    return value
