"""Profile packages (TCA profile package) from the least that a card installs to large ones, and broken at one element.

They are made by `euicc.testing.profile_builder`, without some of its elements, and with files besides. The elements of
one package are told apart by their names in the schema and, where there are several, a number: "mf", "pin_codes",
"pin_codes.1".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from hypothesis.strategies import SearchStrategy

from asn1.generated import pe
from euicc.testing.profile_builder import Subscription
from euicc.testing.profile_builder.package import elements
from euicc.testing.strategies.values import (
    Draw,
    Shown,
    Values,
    composed,
    flags,
    integers,
    octets,
    picks,
    steady_pick,
    texts,
    tuples_of,
)
from euicc.testing.strategies.violating import Kind
from euicc.testing.strategies.violations import violate

Named = tuple[tuple[str, pe.ProfileElement], ...]
DIGITS = "0123456789"
MOST_FILES, LARGEST_FILE = 60, 2000
FIRST_FILE, LAST_IDENTIFICATION = 0x5000, 0x7FFF
_REMOTE, _LINKS, _FIVEGS = {"rfm", "rfm.1", "rfm.2"}, {"generic_file_management"}, {"df_5gs", "df_saip"}
_ISIM = {"isim", "opt_isim", "pin_codes.3", "aka_parameter.1"}
_USIM = (
    {"usim", "opt_usim", "pin_codes.2", "aka_parameter", "gsm_access"} | _FIVEGS | _ISIM | _REMOTE | _LINKS
)

LEFT_OUT: tuple[frozenset[str], ...] = tuple(
    map(
        frozenset,
        (
            _USIM | {"telecom", "pin_codes.1"},
            _USIM,
            {"telecom", "pin_codes.1"} | _LINKS,
            {"opt_usim"} | _LINKS,
            {"gsm_access"},
            _FIVEGS,
            _LINKS,
            set[str](),
        ),
    )
)
"""Elements that a package can do without together; the first leaves only what no profile can do without."""


@dataclass(frozen=True, repr=False)
class DrawnProfile(Shown):
    """A profile package that a card installs. `iccid`: digits; `named`: its elements by name, in their order."""

    iccid: str
    named: Named

    def __repr__(self) -> str:
        return f"<profile {self.iccid}, {len(self.package)} bytes: {', '.join(self.names)}>"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its elements in their order."""
        return tuple(name for name, _ in self.named)

    @property
    def package(self) -> bytes:
        """The unprotected profile package, DER."""
        return b"".join(element.encode() for _, element in self.named)


class How(Enum):
    """How a package is broken."""

    CUT = "it ends inside this element"
    BEHIND = "bytes behind its end"
    MISSING = "without this element, which others need"
    TWICE = "this element twice"
    FIRST = "this element before the header"
    ENCODING = "this element breaks the schema"


@dataclass(frozen=True, repr=False)
class BrokenProfile(Shown):
    """A profile package that no card installs: which element, and how; `detail` of what breaks the schema."""

    package: bytes
    names: tuple[str, ...]
    element: str
    how: How
    detail: str = ""

    def __repr__(self) -> str:
        return f"<profile, {len(self.package)} bytes: {', '.join(self.names)}; {self}>"

    def __str__(self) -> str:
        return f"{self.element}: {self.how.value}{f', {self.detail}' if self.detail else ''}"


def profiles(*, files: int = MOST_FILES) -> SearchStrategy[DrawnProfile]:
    """Valid packages, with up to `files` files besides those of the builder, of up to 2 000 bytes each."""
    return any_profile(files=files).strategy


def broken_profiles(*hows: How) -> SearchStrategy[BrokenProfile]:
    """Packages broken at one element, in one of these ways or in any."""
    return any_broken_profile(*hows).strategy


def any_profile(*, files: int = MOST_FILES) -> Values[DrawnProfile]:
    """See `profiles`; as values that a seed can draw too."""
    contents = tuples_of(octets(1, LARGEST_FILE), 0, files, usual=files)

    def profile(draw: Draw) -> DrawnProfile:
        subscription = draw(_SUBSCRIPTION)
        left_out = draw(picks(LEFT_OUT))
        named = [each for each in _named(elements(subscription)) if each[0] not in left_out]
        more = draw(contents)
        if more:
            named.insert(-1, ("generic_file_management.more", _files(more)))
        return DrawnProfile(subscription.iccid, tuple(named))

    return composed(profile)


def any_broken_profile(*hows: How) -> Values[BrokenProfile]:
    """See `broken_profiles`; as values that a seed can draw too."""
    whole = any_profile(files=3)

    def broken(draw: Draw) -> BrokenProfile:
        drawn = draw(whole)
        how = draw(picks(hows or tuple(How)))
        breaking = _BREAKING[how]
        name = draw(steady_pick([each for each in drawn.names if breaking.possible(each)], str))
        package, detail = breaking.commit(draw, drawn, name)
        return BrokenProfile(package, drawn.names, name, how, detail)

    return composed(broken)


def _subscription(draw: Draw) -> Subscription:
    return Subscription(
        imsi="00101" + draw(_TEN_DIGITS),
        iccid="8900101" + draw(_TEN_DIGITS) + "00",
        spn=draw(_NAME),
        profile_name=draw(_NAME),
        gba=draw(flags()),
        fivegs=draw(flags()),
        isim=draw(flags()),
        remote_management=draw(flags()),
        pin1=draw(picks((None, "1234"))),
    )


_TEN_DIGITS = texts(DIGITS, DIGITS, 10, 10)
_NAME = texts("abcdefghijklmnopqrstuvwxyz", "abc XYZ", 1, 16)
_SUBSCRIPTION = composed(_subscription)


def _named(made: list[pe.ProfileElement]) -> Iterator[tuple[str, pe.ProfileElement]]:
    seen: Counter[str] = Counter()
    for element in made:
        number = seen[element.chosen]
        seen[element.chosen] += 1
        yield f"{element.chosen}.{number}" if number else element.chosen, element


def _files(contents: tuple[bytes, ...]) -> pe.ProfileElement:
    """PE-GenericFileManagement that creates transparent EFs of these contents in the MF, TCA 8.3.5."""
    commands = [pe.FileManagementItem(file_path=b"")]
    for number, content in enumerate(contents):
        fcp = pe.Fcp(
            file_descriptor=b"\x41\x21",
            file_id=(FIRST_FILE + number).to_bytes(2, "big"),
            security_attributes_referenced=b"\x2f\x06\x01",
            ef_file_size=len(content).to_bytes(2, "big"),
        )
        commands += [pe.FileManagementItem(create_fcp=fcp), pe.FileManagementItem(fill_file_content=content)]
    header = pe.PEHeader(mandated=True, identification=LAST_IDENTIFICATION)
    element = pe.PEGenericFileManagement(gfm_header=header, file_management_cmd=(tuple(commands),))
    return pe.ProfileElement(generic_file_management=element)


# -- breaking --------------------------------------------------------------------------------------------------------

Broken = tuple[bytes, str]
NEEDED = frozenset(("header", "mf", "puk_codes", "pin_codes", "security_domain", "end"))
"""What others need wherever they are."""
BREAKING_THE_SCHEMA = tuple(kind for kind in Kind if kind not in (Kind.TRUNCATED, Kind.TRAILING))


@dataclass(frozen=True)
class _Breaking:
    possible: Callable[[str], bool]
    commit: Callable[[Draw, DrawnProfile, str], Broken]


def _any(name: str) -> bool:
    return True


def _joined(named: Iterator[pe.ProfileElement]) -> bytes:
    return b"".join(element.encode() for element in named)


def _cut(draw: Draw, profile: DrawnProfile, name: str) -> Broken:
    at = profile.names.index(name)
    before = _joined(element for _, element in profile.named[:at])
    last = profile.named[at][1].encode()
    return before + last[: draw(integers(1, len(last) - 1))], ""


def _behind(draw: Draw, profile: DrawnProfile, name: str) -> Broken:
    more = draw(octets(1, 5))
    return profile.package + more, more.hex()


def _missing(draw: Draw, profile: DrawnProfile, name: str) -> Broken:
    return _joined(element for each, element in profile.named if each != name), ""


def _twice(draw: Draw, profile: DrawnProfile, name: str) -> Broken:
    at = profile.names.index(name) + 1
    repeated = (*profile.named[:at], *profile.named[at - 1 :])
    return _joined(element for _, element in repeated), ""


def _first(draw: Draw, profile: DrawnProfile, name: str) -> Broken:
    ordered = sorted(profile.named, key=lambda each: each[0] != name)
    return _joined(element for _, element in ordered), ""


def _encoding(draw: Draw, profile: DrawnProfile, name: str) -> Broken:
    at = profile.names.index(name)
    data, violation = violate(draw, pe.ProfileElement, profile.named[at][1], *BREAKING_THE_SCHEMA)
    before = _joined(element for _, element in profile.named[:at])
    return before + data + _joined(element for _, element in profile.named[at + 1 :]), str(violation)


_BREAKING: dict[How, _Breaking] = {
    How.CUT: _Breaking(_any, _cut),
    How.BEHIND: _Breaking(lambda name: name == "end", _behind),
    How.MISSING: _Breaking(NEEDED.__contains__, _missing),
    How.TWICE: _Breaking(_any, _twice),
    How.FIRST: _Breaking(lambda name: name != "header", _first),
    How.ENCODING: _Breaking(_any, _encoding),
}
