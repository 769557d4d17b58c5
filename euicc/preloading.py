"""A profile put into a card by its manufacturer: no session, no notification; all checks of its contents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asn1 import Asn1Error
from asn1.generated import rsp
from euicc.isdp import header
from euicc.isdp.installer import InstallationAborted, Installer
from euicc.profiles import admission, consistency
from euicc.profiles.profile import Profile, ProfileState
from euicc.profiles.store import ProfileStore
from euicc.refusals import Refused

if TYPE_CHECKING:
    from euicc.card import Card

NO_SMDP = ""
"""No SM-DP+ installed it: the OID is empty."""


class PreloadRefused(ValueError):
    """The card does not take the profile; the message says why."""


def preload(card: Card, package: bytes, metadata: bytes | None, enabled: bool) -> Profile:
    """As `Card.preload`."""
    announced = _decoded(metadata) if metadata is not None else _from_header(package)
    store = card.isdr.profiles
    try:
        admission.check(card.config, store, announced)
    except Refused as refusal:
        raise PreloadRefused(f"the card does not admit it: {refusal.reason.name}") from refusal
    _check_contents(card, package, announced, store)
    if enabled and store.enabled():
        raise PreloadRefused("another profile is enabled")
    profile = Profile(
        aid=card.isdr.free_aid(),
        iccid=announced.iccid,
        metadata=announced.encode(),
        ci_ski=card.identity.credentials[0].ci_ski,
        smdp_oid=NO_SMDP,
        state=ProfileState.ENABLED if enabled else ProfileState.DISABLED,
        preloaded=True,
    )
    with card.nvm.transaction():
        card.isdr.preloaded(profile)
        return store.add(profile, package)


def _decoded(metadata: bytes) -> rsp.StoreMetadataRequest:
    try:
        return rsp.StoreMetadataRequest.decode(metadata)
    except Asn1Error as error:
        raise PreloadRefused(f"the metadata are no StoreMetadata: {error}") from error


def _from_header(package: bytes) -> rsp.StoreMetadataRequest:
    """What the ProfileHeader says of the profile."""
    try:
        return header.metadata(header.read(package))
    except header.HeaderError as error:
        raise PreloadRefused(str(error)) from error


def _check_contents(
    card: Card, package: bytes, announced: rsp.StoreMetadataRequest, store: ProfileStore
) -> None:
    installer = Installer(card.config, memory=card.config.nvm_size - store.used())
    try:
        installer.feed(package)
        profile = installer.finish().profile
    except InstallationAborted as aborted:
        raise PreloadRefused(
            f"the profile does not install: EUICCResponse {aborted.response.hex()}"
        ) from aborted
    if not consistency.files_match(announced, profile) or not consistency.keys_allowed(announced, profile):
        raise PreloadRefused("the files of the profile are not those that its metadata announce")
