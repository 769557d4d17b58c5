"""Installing a bound profile package, SGP.22 3.1.3.3: checked against its announcement, then loaded piece by piece."""

from __future__ import annotations

from apdu import TlvError, tlv
from asn1 import Asn1Error
from asn1.generated import rsp
from ipa import es10
from ipa.errors import (
    CommandRefused,
    EuiccAnswerInvalid,
    InstallationFailed,
    LoadingRefused,
    MetadataMismatch,
    ServerAnswerInvalid,
)
from ipa.servers import es9
from ipa.steps import Procedure, Stage, progress

BSP_MAC_BYTES = 8
SEGMENT_88 = 0x88

# What the user was shown, and what decides on rules: the package must say the same.
_ANNOUNCED = (
    "iccid",
    "service_provider_name",
    "profile_name",
    "profile_class",
    "profile_owner",
    "profile_policy_rules",
)


def load(package: bytes) -> Procedure[rsp.ProfileInstallationResult]:
    """ES10b.LoadBoundProfilePackage, SGP.22 5.7.6, of a whole package; the card's signed result, good or bad.

    LoadingRefused when the card breaks off without one.
    """
    done = 0
    for piece in cut(package):
        yield from progress(Stage.INSTALLING, done, len(package))
        result = yield from _load_piece(piece)
        if result is not None:
            return result
        done += len(piece)
    raise EuiccAnswerInvalid(es10.LOAD_BOUND_PROFILE_PACKAGE, "no result after the last piece")


def _load_piece(piece: bytes) -> Procedure[rsp.ProfileInstallationResult | None]:
    try:
        return (yield from es10.load_piece(piece))
    except CommandRefused as error:
        raise LoadingRefused(error.sw, str(error)) from error


def cut(package: bytes) -> list[bytes]:
    """The pieces of a package as they go to the card; ServerAnswerInvalid when it is none."""
    try:
        return es10.pieces(package)
    except TlvError as error:
        raise ServerAnswerInvalid(es9.GET_BOUND_PROFILE_PACKAGE, str(error)) from error


def check_metadata(package: bytes, announced: rsp.StoreMetadataRequest) -> None:
    """MetadataMismatch when the package's metadata, which travel in clear, are not those announced, SGP.22 3.1.3.3."""
    contained = metadata_of(package)
    for field in _ANNOUNCED:
        if getattr(contained, field) != getattr(announced, field):
            raise MetadataMismatch(field.replace("_", " "))


def metadata_of(package: bytes) -> rsp.StoreMetadataRequest:
    """ES8+.StoreMetadata inside a bound profile package: protected by MACs only; ServerAnswerInvalid if unreadable."""
    try:
        segments = tlv.parse_all(tlv.find(package, es10.BOUND_PROFILE_PACKAGE, es10.SEQUENCE_OF_88) or b"")
        content = b"".join(
            segment.value[:-BSP_MAC_BYTES] for segment in segments if segment.tag == SEGMENT_88
        )
        return rsp.StoreMetadataRequest.decode(content)
    except (TlvError, Asn1Error) as error:
        raise ServerAnswerInvalid(es9.GET_BOUND_PROFILE_PACKAGE, f"its metadata: {error}") from error


def check_result(result: rsp.ProfileInstallationResult) -> rsp.SuccessResult:
    """The good news of a result; InstallationFailed when it is an error."""
    final = result.profile_installation_result_data.final_result
    if final.success_result is not None:
        return final.success_result
    error = final.error_result
    if error is None:
        raise EuiccAnswerInvalid(es10.LOAD_BOUND_PROFILE_PACKAGE, "neither success nor error")
    raise InstallationFailed(
        error.bpp_command_id,
        es10.meaning(rsp.BppCommandId, error.bpp_command_id),
        error.error_reason,
        es10.meaning(rsp.ErrorReason, error.error_reason),
        result.encode(),
    )
