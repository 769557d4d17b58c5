"""Operations on eIMs in eUICC Packages (SGP.32 2.11.1.1.2, 3.5.1)."""

from __future__ import annotations

from collections.abc import Callable

from apdu import tlv
from euicc.check.catalogue import Area
from euicc.check.expect import require, same, value_in
from euicc.check.needs import LATER, PACKAGES
from euicc.check.packages import (
    ECO,
    EIM_ID,
    GET_RAT,
    LIST_EIM,
    SIGNED,
    TOKEN,
    UNSIGNED_ERROR,
    Eim,
    card_key,
    code,
    configured,
    delete_eim,
)
from euicc.check.subject import Subject

area = Area("eim-operations", *PACKAGES, section="G3; SGP.32 3.5.1")
ADDED, REMOVED, UPDATED, LISTED = 0xA8, 0x89, 0x8A, 0xAB
ADD, UPDATE = 0xA8, 0xAA
OK, NOT_FOUND, LAST, COMMAND_ERROR = 0, 1, 2, 7
SECOND = "check.second"


def failing(result: int) -> bytes:
    """addEim's result that is a code."""
    return tlv.encode(ADDED, tlv.encode(0x02, bytes([result])))


def add(fields: bytes) -> bytes:
    """addEim."""
    return tlv.encode(ADD, fields)


def update(*fields: bytes, name: str = "check.eim") -> bytes:
    """updateEim."""
    return tlv.encode(UPDATE, tlv.encode(EIM_ID, name.encode()), *fields)


@area.case("list", "listEim lists this eIM")
def listing(subject: Subject) -> None:
    eim = Eim(subject).associate()
    (result,) = eim.eco(LIST_EIM)
    names = [each.find(EIM_ID) for each in tlv.parse_all(value_in(result, LISTED, 0xA0))]
    same("the eIMs", names, [eim.name.encode()])


@area.case("add", "addEim without a token: 0, and the eIM is obeyed")
def adding(subject: Subject) -> None:
    eim, second = Eim(subject).associate(), Eim(subject, SECOND)
    same("the results", eim.eco(add(second.fields())), [failing(OK)])
    same("the number of eIMs", len(configured(subject)), 2)
    same("the result of its package", second.load(second.package([GET_RAT])).kind, SIGNED)


@area.case("add-token", "addEim with token -1: the card's token, another than the first")
def adding_with_token(subject: Subject) -> None:
    eim, second = Eim(subject).associate(), Eim(subject, SECOND)
    (result,) = eim.eco(add(second.with_token(-1)))
    second.token = int.from_bytes(value_in(result, ADDED, TOKEN), "big")
    require(second.token != eim.token, "two eIMs have one token")
    same("the result of its package", second.load(second.package([GET_RAT])).kind, SIGNED)


@area.case("add-exists", "addEim of an eIM that is there: 2", LATER)
def adding_again(subject: Subject) -> None:
    eim = Eim(subject).associate()
    same("the results", eim.eco(add(eim.fields())), [failing(2)])


REFUSED: dict[str, tuple[str, tuple[Callable[[Eim], bytes], bytes]]] = {
    "add-own-token": (
        "addEim with a token that the eIM chose: 5",
        (lambda eim: add(Eim(eim.subject, SECOND).with_token(5)), failing(5)),
    ),
    "add-unknown-ci": (
        "addEim with a CI that is not there: 3",
        (lambda eim: add(Eim(eim.subject, SECOND).fields(tlv.encode(0x88, bytes(20)))), failing(3)),
    ),
    "add-no-key": (
        "addEim without a key: 7",
        (lambda eim: add(Eim(eim.subject, SECOND).fields(key=b"")), failing(COMMAND_ERROR)),
    ),
    "delete-unknown": (
        "deleteEim of an eIM that is not there: 1",
        (lambda eim: delete_eim("nobody.check"), code(REMOVED, NOT_FOUND)),
    ),
    "update-unknown": (
        "updateEim of an eIM that is not there: 1",
        (lambda eim: update(tlv.encode(0x81, b"eim.example"), name="nobody.check"), code(UPDATED, NOT_FOUND)),
    ),
    "update-token": (
        "updateEim with a token: 7",
        (lambda eim: update(bytes.fromhex("8401FF")), code(UPDATED, COMMAND_ERROR)),
    ),
    "update-nothing": (
        "updateEim with nothing to change: 7",
        (lambda eim: update(), code(UPDATED, COMMAND_ERROR)),
    ),
    "update-ci": (
        "updateEim with a CI that is not there: 3",
        (lambda eim: update(tlv.encode(0x88, bytes(20))), code(UPDATED, 3)),
    ),
}


@area.each(REFUSED)
def refused(subject: Subject, row: tuple[Callable[[Eim], bytes], bytes]) -> None:
    operation, result = row
    eim = Eim(subject).associate()
    before = configured(subject)
    same("the results", eim.eco(operation(eim)), [result])
    same("the eIMs", configured(subject), before)


@area.case("update", "updateEim changes what it names")
def updating(subject: Subject) -> None:
    eim = Eim(subject).associate()
    same("the results", eim.eco(update(tlv.encode(0x81, b"other.check"))), [code(UPDATED, OK)])
    (found,) = configured(subject)
    same("eimFqdn", found.get(0x81), b"other.check")


@area.case("update-key", "After updateEim with a key the old one counts no more")
def updating_key(subject: Subject) -> None:
    eim = Eim(subject).associate()
    renewed = Eim(subject, eim.name, eim.token, generation=1)
    changing = update(bytes.fromhex("830100"), renewed.public_key_data())
    same("the results", eim.eco(changing), [code(UPDATED, OK)])
    same("the old key", eim.load(eim.package([GET_RAT], counter=900)).kind, UNSIGNED_ERROR)
    same("the new key", renewed.load(renewed.package([GET_RAT], counter=901)).kind, SIGNED)


@area.case("delete", "deleteEim of another: it is not obeyed any more")
def deleting(subject: Subject) -> None:
    eim, second = Eim(subject).associate(), Eim(subject, SECOND)
    eim.eco(add(second.fields()))
    same("the results", eim.eco(delete_eim(SECOND)), [code(REMOVED, OK)])
    same("its package", second.load(second.package([GET_RAT])).kind, UNSIGNED_ERROR)


@area.case("delete-self", "An eIM may end its own association: last one, 2; the result is signed for it")
def deleting_itself(subject: Subject) -> None:
    eim = Eim(subject).associate()
    package = eim.package([delete_eim(eim.name)], ECO)
    answer = eim.load(package)
    same("the results", answer.results, [code(REMOVED, LAST)])
    require(answer.signed_by(card_key(subject), eim.bound(package)), "euiccSignEPR does not hold")
    same("the eIMs", configured(subject), [])


@area.case("add-initial-again", "Without an eIM AddInitialEim is possible again")
def initial_again(subject: Subject) -> None:
    eim = Eim(subject).associate()
    eim.eco(delete_eim(eim.name))
    Eim(subject, SECOND).associate()
    same("the number of eIMs", len(configured(subject)), 1)
