"""AUTHENTICATE of a USIM with Milenage (TS 31.102 7.1, TS 33.102 6.3)."""

from __future__ import annotations

from collections.abc import Callable

from apdu import Command, Response, instruction, status
from euicc.check import files, owned
from euicc.check.catalogue import Area, Finding
from euicc.check.expect import ended, require, same
from euicc.check.needs import INSTALLING, KEYS, USIM, WRITE
from euicc.check.own_profiles import Own, keys
from euicc.check.subject import AkaKeys, Subject
from euicc.crypto.milenage import Milenage

area = Area("aka", section="TS 31.102 7.1.2.1")
CONTEXT_3G, CONTEXT_GSM = 0x81, 0x80
SUCCESS, SYNCHRONISATION = 0xDB, 0xDC
AMF, RESYNC_AMF = bytes.fromhex("8000"), bytes(2)
STEP = 32
"""SEQ counts in the upper bits of SQN, IND in the lower five."""
Given = tuple[AkaKeys, Callable[[Subject], None]]


def challenge(given: AkaKeys, rand: bytes, sqn: int) -> bytes:
    """RAND and AUTN as AUTHENTICATE has them."""
    algorithm = Milenage(given.k, given.opc)
    sequence = sqn.to_bytes(6, "big")
    concealed = bytes(a ^ b for a, b in zip(sequence, algorithm.f2345(rand).ak, strict=True))
    autn = concealed + AMF + algorithm.f1(rand, sequence, AMF)
    return bytes([16]) + rand + bytes([16]) + autn


def authenticate(subject: Subject, data: bytes, context: int = CONTEXT_3G) -> Response:
    """AUTHENTICATE on the basic channel."""
    return subject.send(Command(0, instruction.AUTHENTICATE, 0, context, data, 256))


def sequence_number(given: AkaKeys, rand: bytes, answer: bytes) -> int:
    """SQN of the card in AUTS; Finding when its MAC is not right."""
    algorithm = Milenage(given.k, given.opc)
    auts = answer[2:]
    same("the length of AUTS", len(auts), 14)
    sqn = bytes(a ^ b for a, b in zip(auts[:6], algorithm.f5_star(rand), strict=True))
    same("MAC-S in AUTS", auts[6:], algorithm.f1_star(rand, sqn, RESYNC_AMF))
    return int.from_bytes(sqn, "big")


def accepted(subject: Subject, given: AkaKeys) -> tuple[bytes, Response]:
    """A challenge that the card accepts, after a resynchronisation if it wants one."""
    rand, sqn = subject.random(16), STEP
    response = ended(authenticate(subject, challenge(given, rand, sqn)))
    if response.data[:1] == bytes([SYNCHRONISATION]):
        sqn = (sequence_number(given, rand, response.data) // STEP + 1) * STEP
        rand = subject.random(16)
        response = ended(authenticate(subject, challenge(given, rand, sqn)))
    if response.data[:1] != bytes([SUCCESS]):
        raise Finding(f"a right challenge is answered {response.data[:1].hex() or 'nothing'}")
    return challenge(given, rand, sqn), response


def _own(subject: Subject) -> AkaKeys:
    owned.usim(subject, verified=True)
    return keys(Own.FIRST)


def _theirs(subject: Subject) -> AkaKeys:
    files.usim(subject)
    if subject.keys is None:
        raise Finding("no keys")
    return subject.keys


def success(subject: Subject, given: AkaKeys) -> None:
    """RES, CK and IK are those of Milenage."""
    sent, response = accepted(subject, given)
    outputs = Milenage(given.k, given.opc).f2345(sent[1:17])
    wanted = b"".join(bytes([len(each)]) + each for each in (outputs.res, outputs.ck, outputs.ik))
    same("RES, CK and IK", response.data[1 : 1 + len(wanted)], wanted)


def replayed(subject: Subject, given: AkaKeys) -> None:
    """The same challenge again is a synchronisation failure with AUTS."""
    sent, _ = accepted(subject, given)
    again = ended(authenticate(subject, sent))
    same("the tag of the answer", again.data[:1], bytes([SYNCHRONISATION]))
    sequence_number(given, sent[1:17], again.data)


def wrong_mac(subject: Subject, given: AkaKeys) -> None:
    """A flipped bit of the MAC is 9862."""
    sent = challenge(given, subject.random(16), STEP)
    ended(authenticate(subject, sent[:-1] + bytes([sent[-1] ^ 1])), status.INCORRECT_MAC)


BASICS = {
    "success": ("A right challenge: RES, CK and IK", success),
    "replay": ("A challenge once more: AUTS", replayed),
    "wrong-mac": ("A wrong MAC: 9862", wrong_mac),
}


@area.each(BASICS, *INSTALLING)
def own(subject: Subject, run: Callable[[Subject, AkaKeys], None]) -> None:
    run(subject, _own(subject))


@area.each({f"given-{name}": row for name, row in BASICS.items()}, WRITE, USIM, KEYS)
def theirs(subject: Subject, run: Callable[[Subject, AkaKeys], None]) -> None:
    run(subject, _theirs(subject))


@area.case("replay-after-reset", "A challenge that was accepted stays used over a reset", *INSTALLING)
def replayed_after_reset(subject: Subject) -> None:
    given = _own(subject)
    sent, _ = accepted(subject, given)
    subject.reset()
    owned.usim(subject, verified=True)
    again = ended(authenticate(subject, sent))
    same("the tag of the answer", again.data[:1], bytes([SYNCHRONISATION]))


@area.case("pin", "AUTHENTICATE wants PIN1: 6982", *INSTALLING)
def wants_pin(subject: Subject) -> None:
    owned.usim(subject)
    sent = challenge(keys(Own.FIRST), subject.random(16), STEP)
    ended(authenticate(subject, sent), status.SECURITY_STATUS_NOT_SATISFIED)


@area.case("gsm", "The GSM context: SRES and Kc", *INSTALLING, section="TS 31.102 7.1.2.2")
def gsm(subject: Subject) -> None:
    given = _own(subject)
    rand = subject.random(16)
    answer = ended(authenticate(subject, bytes([16]) + rand, CONTEXT_GSM)).data
    outputs = Milenage(given.k, given.opc).f2345(rand)
    words = [outputs.ck[:8], outputs.ck[8:], outputs.ik[:8], outputs.ik[8:]]
    kc = bytes(a ^ b ^ c ^ d for a, b, c, d in zip(*words, strict=True))
    sres = bytes(a ^ b for a, b in zip(outputs.res[:4], outputs.res[4:8], strict=True))
    same("SRES and Kc", answer, b"\x04" + sres + b"\x08" + kc)


@area.case("length", "A challenge of another length: 6700 or 6A80", *INSTALLING)
def length(subject: Subject) -> None:
    sent = challenge(_own(subject), subject.random(16), STEP)
    response = authenticate(subject, sent[:-1])
    wanted = (status.WRONG_LENGTH, status.INCORRECT_DATA, status.LC_INCONSISTENT_WITH_TLV)
    ended(response, *wanted)


@area.case("context", "A context that is not there: 6A86 or 9864", *INSTALLING)
def context(subject: Subject) -> None:
    sent = challenge(_own(subject), subject.random(16), STEP)
    wanted = (status.INCORRECT_P1_P2, status.SECURITY_CONTEXT_NOT_SUPPORTED, status.WRONG_P1_P2)
    ended(authenticate(subject, sent, 0x87), *wanted)


@area.case("outside", "AUTHENTICATE outside an application is refused", *INSTALLING)
def outside(subject: Subject) -> None:
    sent = challenge(_own(subject), subject.random(16), STEP)
    subject.reset()
    require(not authenticate(subject, sent).successful, "AUTHENTICATE works without a USIM selected")
