"""A whole profile package: which elements, in which order (TCA 8.1 and annex B)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from asn1.generated import pe
from euicc.testing.profile_builder import authentication, codings, fivegs, isim, links, mf, security, usim
from euicc.testing.profile_builder.identifiers import template
from euicc.testing.profile_builder.subscription import Subscription

VERSION = (2, 3)
Element = Callable[[Subscription, pe.PEHeader], pe.ProfileElement]
Rows = tuple[tuple[Element, Callable[[Subscription], bool]], ...]


def _always(subscription: Subscription) -> bool:
    return True


def _fivegs(subscription: Subscription) -> bool:
    return subscription.fivegs


def _suci_by_usim(subscription: Subscription) -> bool:
    return subscription.suci_by_usim


def _isim(subscription: Subscription) -> bool:
    return subscription.isim


def _remote(subscription: Subscription) -> bool:
    return subscription.remote_management


def _remote_isim(subscription: Subscription) -> bool:
    return subscription.remote_management and subscription.isim


ELEMENTS: Rows = (
    (mf.mf, _always),
    (security.puk_codes, _always),
    (security.global_pins, _always),
    (mf.telecom, _always),
    (security.local_pins, _always),
    (usim.usim, _always),
    (usim.opt_usim, _always),
    (security.local_pins, _always),
    (authentication.usim_aka, _always),
    (usim.gsm_access, _always),
    (fivegs.df_5gs, _fivegs),
    (fivegs.df_saip, _suci_by_usim),
    (isim.isim, _isim),
    (isim.opt_isim, _isim),
    (security.local_pins, _isim),
    (authentication.isim_aka, _isim),
    (links.telecom_links, _always),
    (security.mno_sd, _always),
    (security.rfm_uicc, _remote),
    (security.rfm_usim, _remote),
    (security.rfm_isim, _remote_isim),
)
"""The elements between header and end, in order, and when they are there."""


@dataclass(frozen=True, slots=True)
class TestProfile:
    """A profile package with what somebody who offers or checks it wants to know.

    `iccid` and `imsi` are str of digits; `package` is the unprotected profile package, DER.
    """

    __test__ = False  # the name is no test's

    iccid: str
    imsi: str
    spn: str
    profile_name: str
    package: bytes = field(repr=False)
    subscription: Subscription = field(repr=False)

    @property
    def iccid_bytes(self) -> bytes:
        """ICCID as in SGP.22 messages (Iccid, tag 5A) and in EF_ICCID: 10 bytes, nibbles swapped."""
        return codings.iccid(self.iccid)


def build(subscription: Subscription | None = None) -> TestProfile:
    """The profile of a subscription; the same bytes for the same subscription. ValueError for impossible values."""
    made = subscription or Subscription()
    return TestProfile(
        iccid=made.iccid,
        imsi=made.imsi,
        spn=made.spn,
        profile_name=made.profile_name,
        package=b"".join(element.encode() for element in elements(made)),
        subscription=made,
    )


def elements(subscription: Subscription, content: Rows = ELEMENTS) -> list[pe.ProfileElement]:
    """The elements of the package, from the header to the end; content: those in between."""
    chosen = [element for element, wanted in content if wanted(subscription)]
    made = [_header(subscription)]
    for identification, element in enumerate(chosen, start=1):
        made.append(element(subscription, pe.PEHeader(mandated=True, identification=identification)))
    last = pe.PEHeader(mandated=True, identification=len(chosen) + 1)
    made.append(pe.ProfileElement(end=pe.PEEnd(end_header=last)))
    return made


def _header(subscription: Subscription) -> pe.ProfileElement:
    suci = True if _suci_by_usim(subscription) else None
    services = pe.ServicesList(
        usim=True,
        isim=True if subscription.isim else None,
        get_identity=suci,
        profile_a_x25519=suci,
        **authentication.services(subscription),
    )
    header = pe.ProfileHeader(
        major_version=VERSION[0],
        minor_version=VERSION[1],
        profile_type=subscription.profile_name,
        iccid=codings.iccid_printed(subscription.iccid),
        pol=None if subscription.pol1 is None else bytes((subscription.pol1,)),
        euicc_mandatory_services=services,
        euicc_mandatory_gfste_list=tuple(map(template, _templates(subscription))),
        connectivity_parameters=subscription.connectivity,
    )
    return pe.ProfileElement(header=header)


def _templates(subscription: Subscription) -> list[str]:
    arcs = ["1", "3", "4", "5", "7"]
    if subscription.isim:
        arcs += ["8", "9"]
    if subscription.fivegs:
        arcs.append("13")
    if _suci_by_usim(subscription):
        arcs.append("14")
    return arcs
