"""AddInitialEim and GetEimConfigurationData (SGP.32 5.9.4, 5.9.18)."""

from __future__ import annotations

from collections.abc import Callable

from apdu import tlv
from asn1.generated import sgp32
from euicc.check.catalogue import Area
from euicc.check.expect import require, result_is, same, value_in
from euicc.check.needs import IOT, ISDR, LATER, PACKAGES
from euicc.check.packages import ADD_INITIAL, EIM_ID, TOKEN, Eim, add_initial, configured
from euicc.check.subject import Subject

area = Area("eims", ISDR, IOT, section="G4; SGP.32 5.9.4")
ERROR, COUNTER, TYPE, PROTOCOL, CI, KEY = 0x81, 0x83, 0x82, 0x87, 0x88, 0xA5
TOO_HIGH = bytes.fromhex("7FFFFFFFFFFFFFFF")
PROPRIETARY = 3


def reordered(eim: Eim, **replaced: bytes | None) -> bytes:
    """The usual fields, some of them replaced (tag_80=...), or left out with None, in the order of their tags."""
    usual = {each.tag: each.encoded for each in tlv.parse_all(eim.fields())}
    given = {int(name.removeprefix("tag_"), 16): value for name, value in replaced.items()}
    merged = {**usual, **given}
    return b"".join(value for _, value in sorted(merged.items(), key=_place) if value is not None)


def _place(item: tuple[int, bytes | None]) -> int:
    return item[0] & 0x1F


REFUSALS: dict[str, tuple[str, tuple[Callable[[Eim], tuple[bytes, ...]], int]]] = {
    "token": ("an association token that the eIM chose", (lambda eim: (eim.with_token(5),), 5)),
    "ci": ("a CI that is not there", (lambda eim: (reordered(eim, tag_88=tlv.encode(CI, bytes(20))),), 3)),
    "counter": (
        "a counterValue beyond what the card can count",
        (lambda eim: (reordered(eim, tag_83=tlv.encode(COUNTER, TOO_HIGH)),), 6),
    ),
    "second-entry": (
        "a second entry that is wrong; of the first nothing stays",
        (lambda eim: (eim.fields(), Eim(eim.subject, "check.second").with_token(5)), 5),
    ),
}
INCOMPLETE: dict[str, tuple[str, Callable[[Eim], tuple[bytes, ...]]]] = {
    "no-key": ("no public key", lambda eim: (reordered(eim, tag_A5=None),)),
    "no-counter": ("no counterValue", lambda eim: (reordered(eim, tag_83=None),)),
    "no-id": ("no eimId", lambda eim: (reordered(eim, tag_80=None),)),
    "twice": ("the same eimId twice", lambda eim: (eim.fields(), eim.fields())),
}


@area.case("read", "The eIMs can be read", section="G4; SGP.32 5.9.18")
def read(subject: Subject) -> None:
    sgp32.GetEimConfigurationDataResponse.decode(subject.es10(bytes.fromhex("BF5500")))


@area.case("unknown", "An eIM that is not there: an empty list", LATER, section="G4; SGP.32 5.9.18")
def unknown(subject: Subject) -> None:
    request = tlv.encode(0xBF55, tlv.encode(0xA0, tlv.encode(EIM_ID, b"nobody.check")))
    same("the answer", subject.es10(request), bytes.fromhex("BF5502A000"))


@area.case("add", "The first eIM: it is there, without a token", *PACKAGES)
def add(subject: Subject) -> None:
    eim = Eim(subject)
    answer = add_initial(subject, eim.fields())
    same("the answer", answer, bytes.fromhex("BF5704A0020500"))
    (found,) = configured(subject)
    same("eimId", found.get(EIM_ID), eim.name.encode())


@area.case("add-token", "The card makes an association token when asked with -1", *PACKAGES)
def add_token(subject: Subject) -> None:
    eim = Eim(subject).associate()
    require((eim.token or 0) > 0, f"the token is {eim.token}")
    (found,) = configured(subject)
    same("the token that is configured", int.from_bytes(found.get(TOKEN, b""), "big"), eim.token)


@area.case("add-two", "Two eIMs at once, with a token and without", *PACKAGES)
def add_two(subject: Subject) -> None:
    second = Eim(subject, "check.second")
    answer = add_initial(subject, Eim(subject).with_token(-1), second.fields())
    tags = [each.tag for each in tlv.parse_all(value_in(answer, ADD_INITIAL, 0xA0))]
    same("the results", tags, [TOKEN, 0x05])
    same("the number of eIMs", len(configured(subject)), 2)


@area.case("exists", "A card with an eIM takes no other in this way: 2", *PACKAGES)
def exists(subject: Subject) -> None:
    Eim(subject).associate()
    answer = add_initial(subject, Eim(subject, "check.second").fields())
    result_is(answer, ADD_INITIAL, 2, ERROR)
    same("the number of eIMs", len(configured(subject)), 1)


@area.case("no-counter-shown", "The counterValue is not told", *PACKAGES, section="G4; SGP.32 5.9.18")
def no_counter_shown(subject: Subject) -> None:
    Eim(subject).associate()
    (found,) = configured(subject)
    require(COUNTER not in found, "counterValue (83) is in the configuration data")


@area.case("defaults", "What was not given has its default: type, protocol, CI", *PACKAGES, LATER)
def defaults(subject: Subject) -> None:
    Eim(subject).associate()
    (found,) = configured(subject)
    same("eimIdType", found.get(TYPE, bytes([PROPRIETARY])), bytes([PROPRIETARY]))
    require(
        CI not in found or found[CI] == subject.facts.signing[0], "euiccCiPKId is not the first for signing"
    )
    require(KEY in found, "eimPublicKeyData is not told")


@area.case("filter", "One eIM by its eimId", *PACKAGES, LATER, section="G4; SGP.32 5.9.18")
def filtered(subject: Subject) -> None:
    first, second = Eim(subject), Eim(subject, "check.second")
    add_initial(subject, first.fields(), second.fields())
    request = tlv.encode(0xBF55, tlv.encode(0xA0, tlv.encode(EIM_ID, second.name.encode())))
    same("the eIMs", [each.get(EIM_ID) for each in configured(subject, request)], [second.name.encode()])


@area.each(
    {name: (f"Refused ({row[1]}): {title}", row) for name, (title, row) in REFUSALS.items()}, *PACKAGES
)
def refused(subject: Subject, row: tuple[Callable[[Eim], tuple[bytes, ...]], int]) -> None:
    entries, code = row
    result_is(add_initial(subject, *entries(Eim(subject))), ADD_INITIAL, code, ERROR)
    same("the number of eIMs", len(configured(subject)), 0)


@area.each({name: (f"Refused: {title}", row) for name, (title, row) in INCOMPLETE.items()}, *PACKAGES)
def incomplete(subject: Subject, entries: Callable[[Eim], tuple[bytes, ...]]) -> None:
    made = entries(Eim(subject))
    subject.associated = True
    listed = (tlv.encode(0x30, each) for each in made)
    request = tlv.encode(ADD_INITIAL, tlv.encode(0xA0, *listed))
    error = subject.refusal(request)
    if error is None:
        same("the number of eIMs", len(configured(subject)), 0)


@area.case("kept", "The eIM stays over a reset", *PACKAGES)
def kept(subject: Subject) -> None:
    Eim(subject).associate()
    before = configured(subject)
    subject.reset()
    same("the configuration data", configured(subject), before)


@area.case("tokens-differ", "No association token is given twice", *PACKAGES)
def tokens_differ(subject: Subject) -> None:
    answer = add_initial(subject, Eim(subject).with_token(-1), Eim(subject, "check.second").with_token(-1))
    tokens = [each.value for each in tlv.parse_all(value_in(answer, ADD_INITIAL, 0xA0))]
    same("the number of different tokens", len(set(tokens)), 2)
