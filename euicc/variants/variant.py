"""What makes a card one of SGP.22 or of SGP.32: its functions and its rules, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from apdu.aid import FIRST_ISD_P

if TYPE_CHECKING:
    from asn1 import Message
    from euicc.card import Card
    from euicc.config import Version
    from euicc.isdr.applet import IsdR
    from euicc.isdr.functions import FunctionTable
    from euicc.m2m.identity import M2mIdentity
    from euicc.profiles.profile import Profile
    from euicc.profiles.states import ResetOption, Rules
    from euicc.runtime.applet import Applet
    from euicc.runtime.nvm import Nvm
    from euicc.runtime.terminal import Terminal


@dataclass(frozen=True)
class Messages:
    """The types that have one name and different fields in SGP.22 and in SGP.32."""

    store_metadata_request: type[Any]
    euicc_signed1: type[Any]
    authenticate_response_ok: type[Any]
    authenticate_server_response: type[Any]


@dataclass(frozen=True)
class ProfileInfoForm:
    """What GetProfilesInfo tells of a profile.

    default_tags: shown without a tag list. elements: the elements of ProfileInfo by tag, in the order of its
    definition, empty where the profile has none.
    """

    default_tags: tuple[int, ...]
    elements: Callable[[IsdR, Profile], dict[int, bytes]]


@dataclass(frozen=True)
class PackageForm:
    """How eUICC Packages and their results differ between versions of SGP.32.

    psmos, ecos: tags of the operations there are, in each of the two kinds of package.
    result_codes: by the tag of a result in euiccResult, the codes it has besides undefinedError, which any other
    becomes; a result that is not named has all its codes. error_codes: the same for a signed error.
    covered: (association token or None, eimSignature) -> what the card's signature of a result covers after the data.
    transaction_id_in_unsigned: whether an unsigned error repeats the eimTransactionId. eim_id_type: tag of the type of
    an eIM in the result of listEim.
    """

    psmos: frozenset[int]
    ecos: frozenset[int]
    covered: Callable[[int | None, bytes], bytes]
    result_codes: Mapping[int, frozenset[int]] = field(default_factory=dict)
    error_codes: frozenset[int] | None = None
    transaction_id_in_unsigned: bool = True
    eim_id_type: int = 0x82


NO_PACKAGES = PackageForm(psmos=frozenset(), ecos=frozenset(), covered=lambda token, eim_signature: b"")
"""Of a card without eIMs."""


def _no_m2m(nvm: Nvm, eid: bytes, given: M2mIdentity | None) -> None:
    if given is not None:
        raise ValueError("only a card of SGP.02 has an M2mIdentity")


@dataclass(frozen=True)
class Variant:
    """One kind of card.

    functions: what the ISD-R answers to. rules: which changes of profile state it allows.
    reset_options: what a memory reset of this interface may take away.
    declaration: what the terminal declared of the role that this kind of card is made for; 0 for nothing.
    messages: the types that differ. euicc_info2: the card's description of itself. fci: what its FCI says besides
    that of any ISD-R. profile_info: what it tells of its profiles. iot_versions: of SGP.32, where the Config names
    none. package: how its eUICC Packages look. isdr: who is its ISD-R, ecasd: who is its ECASD; None: those of SGP.22.
    first_isd_p: number of the first profile's ISD-P. personalize: what its manufacturer puts into it besides: (memory
    in an open transaction, EID, identity given for M2M); ValueError for one that does not fit.
    """

    name: str
    functions: FunctionTable
    rules: Rules
    reset_options: frozenset[ResetOption]
    declaration: Callable[[Terminal], int]
    messages: Messages
    euicc_info2: Callable[[IsdR], Message]
    profile_info: ProfileInfoForm
    fci: Callable[[IsdR], bytes] = lambda isdr: b""
    iot_versions: tuple[Version, ...] = ()
    package: PackageForm = NO_PACKAGES
    isdr: Callable[[Card], IsdR] | None = None
    ecasd: Callable[[Card], Applet] | None = None
    first_isd_p: int = FIRST_ISD_P
    personalize: Callable[[Nvm, bytes, M2mIdentity | None], None] = _no_m2m
