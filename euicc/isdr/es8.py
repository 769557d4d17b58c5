"""ES8+, the functions that a bound profile package carries, SGP.22 5.5: opened, decrypted, checked in turn.

Rule: a function here either advances the loader or raises LoadRefused with the errorReason that its stage allows,
SGP.22 2.5.6.1. Nothing of the profile is written to NVM: `Loader.feed` tells when it is complete.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from apdu import TlvError, tlv
from asn1 import Asn1Error, Message
from asn1.generated import rsp
from euicc.crypto import ecdsa, ecka
from euicc.crypto.bsp import KEY_LENGTH, KEY_TYPE_AES, Bsp, BspSecurityError, BspStructureError
from euicc.crypto.certificates import Certificate
from euicc.isdp.installer import Installation, InstallationAborted, Installer
from euicc.isdr.bpp import BppCommand, BppStream, BppStructureError, LoadRefused, Segment
from euicc.profiles import admission, consistency
from euicc.refusals import Reason, Refused

M = TypeVar("M", bound=Message)

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR
    from euicc.isdr.session import Prepared

ErrorReason = rsp.ErrorReason
_SIGNATURE = 0x5F37
_ONE_TIME_KEY = 0x5F49
_MAX_PROPRIETARY_DATA = 128

METADATA_ERRORS = {
    Reason.INCORRECT_INPUT: ErrorReason.INCORRECT_INPUT_VALUES,
    Reason.ALREADY_EXISTS: ErrorReason.INSTALL_FAILED_DUE_TO_ICCID_ALREADY_EXISTS_ON_EUICC,
    Reason.NOT_SUPPORTED: ErrorReason.UNSUPPORTED_PROFILE_CLASS,
    Reason.POLICY: ErrorReason.PPR_NOT_ALLOWED,
}
"""What `admission.check` refuses of the metadata, as errorReason of StoreMetadata."""


def initialise_secure_channel(isdr: IsdR, prepared: Prepared, encoded: bytes) -> Bsp:
    """ES8+.InitialiseSecureChannel, SGP.22 5.5.1: BF23 as received; returns the protected stream that follows."""
    command = BppCommand.INITIALISE_SECURE_CHANNEL
    try:
        request = rsp.InitialiseSecureChannelRequest.decode(encoded)
    except Asn1Error as error:
        raise LoadRefused(command, ErrorReason.INCORRECT_INPUT_VALUES) from error
    if request.remote_op_id != rsp.RemoteOpId.INSTALL_BOUND_PROFILE_PACKAGE:
        raise LoadRefused(command, ErrorReason.UNSUPPORTED_REMOTE_OPERATION_TYPE)
    if request.transaction_id != prepared.authenticated.transaction_id:
        raise LoadRefused(command, ErrorReason.INVALID_TRANSACTION_ID)
    template = request.control_ref_template
    if template.key_type != bytes([KEY_TYPE_AES]) or template.key_len != bytes([KEY_LENGTH]):
        raise LoadRefused(command, ErrorReason.UNSUPPORTED_CRT_VALUES)
    server = Certificate.parse(prepared.dp_pb)
    if not ecdsa.verify(server.public_key, request.smdp_sign, _signed(encoded, prepared.one_time_key.point)):
        raise LoadRefused(command, ErrorReason.INVALID_SIGNATURE)
    try:
        peer = ecka.from_point(server.curve, request.smdp_otpk)
    except ecka.PointError as error:
        raise LoadRefused(command, ErrorReason.INCORRECT_INPUT_VALUES) from error
    secret = ecka.agree(prepared.one_time_key.private, peer)
    return Bsp.from_session(secret, KEY_TYPE_AES, KEY_LENGTH, template.host_id, isdr.identity.eid)


def _signed(encoded: bytes, one_time_point: bytes) -> bytes:
    """What smdpSign covers: the TLVs before it as received, then our one-time key, which is not transmitted."""
    covered = [field.encoded for field in tlv.parse(encoded).children() if field.tag != _SIGNATURE]
    return b"".join(covered) + tlv.encode(_ONE_TIME_KEY, one_time_point)


class Loader:
    """One bound profile package after its secure channel stands: opens each segment and acts on it."""

    def __init__(self, isdr: IsdR, prepared: Prepared, bsp: Bsp, stream: BppStream) -> None:
        self._isdr = isdr
        self._prepared = prepared
        self._bsp = bsp
        self._stream = stream
        self._collected = b""
        self._package = bytearray()
        self._installer = Installer(isdr.config)
        self._free = isdr.free_memory()
        self.dp_proprietary_data = b""
        self._metadata: rsp.StoreMetadataRequest | None = None
        self._installation: Installation | None = None

    @property
    def command(self) -> BppCommand:
        """The part of the package that an error or an interruption now would belong to."""
        return self._stream.command

    @property
    def package(self) -> bytes:
        """The profile package as decrypted."""
        return bytes(self._package)

    @property
    def metadata(self) -> rsp.StoreMetadataRequest:
        """ES8+.StoreMetadata as received; before that there is none (AssertionError)."""
        assert self._metadata is not None
        return self._metadata

    @property
    def iccid(self) -> bytes | None:
        """ICCID of the profile, 10 bytes, as soon as the metadata said it."""
        return self._metadata.iccid if self._metadata else None

    @property
    def response(self) -> bytes:
        """EUICCResponse of the complete profile; before that there is none (AssertionError)."""
        assert self._installation is not None
        return self._installation.response

    def feed(self, piece: bytes) -> bool:
        """Take one piece; True when the profile is complete. LoadRefused ends the load; StatusError does not."""
        try:
            for segment in self._stream.segments(piece):
                self._take(segment)
        except BppStructureError as error:
            raise LoadRefused(error.command, ErrorReason.SCP03T_STRUCTURE_ERROR) from error
        return self._installation is not None

    def _take(self, segment: Segment) -> None:
        try:
            plaintext = self._bsp.unprotect(segment.tlv)
        except BspStructureError as error:
            raise LoadRefused(segment.command, ErrorReason.SCP03T_STRUCTURE_ERROR) from error
        except BspSecurityError as error:
            raise LoadRefused(segment.command, ErrorReason.SCP03T_SECURITY_ERROR) from error
        if segment.command is not BppCommand.REPLACE_SESSION_KEYS:  # which cannot fail for memory, 2.5.6.1
            self._need(len(plaintext), segment.command)
        if segment.command is BppCommand.LOAD_PROFILE_ELEMENTS:
            self._load_profile_elements(plaintext, segment.last)
            return
        self._collected += plaintext
        if segment.last:
            collected, self._collected = self._collected, b""
            _WHOLE_FUNCTIONS[segment.command](self, collected)

    def _configure_isdp(self, encoded: bytes) -> None:
        """ES8+.ConfigureISDP, SGP.22 5.5.2."""
        command = BppCommand.CONFIGURE_ISDP
        request = _decoded(rsp.ConfigureISDPRequest, encoded, command)
        proprietary = request.dp_proprietary_data
        if proprietary is None:
            return
        self.dp_proprietary_data = proprietary.encode()
        foreign = proprietary.dp_oid != self._prepared.authenticated.server_oid
        if foreign or len(self.dp_proprietary_data) > _MAX_PROPRIETARY_DATA:
            raise LoadRefused(command, ErrorReason.INCORRECT_INPUT_VALUES)

    def _store_metadata(self, encoded: bytes) -> None:
        """ES8+.StoreMetadata, SGP.22 5.5.3."""
        command = BppCommand.STORE_METADATA
        metadata = _decoded(self._isdr.variant.messages.store_metadata_request, encoded, command)
        try:
            admission.check(self._isdr.config, self._isdr.profiles, metadata)
        except Refused as refusal:
            raise LoadRefused(command, METADATA_ERRORS[refusal.reason]) from refusal
        finally:
            # The result names the profile from here on, refused or not.
            self._metadata = metadata

    def _replace_session_keys(self, encoded: bytes) -> None:
        """ES8+.ReplaceSessionKeys, SGP.22 5.5.4: the profile was protected in advance, with keys of its own."""
        command = BppCommand.REPLACE_SESSION_KEYS
        request = _decoded(rsp.ReplaceSessionKeysRequest, encoded, command)
        replacing = (request.initial_mac_chaining_value, request.ppk_enc, request.ppk_cmac)
        if {len(value) for value in replacing} != {KEY_LENGTH}:
            raise LoadRefused(command, ErrorReason.INCORRECT_INPUT_VALUES)
        self._bsp = Bsp(*replacing)

    def _load_profile_elements(self, plaintext: bytes, last: bool) -> None:
        """ES8+.LoadProfileElements, SGP.22 5.5.5: each ProfileElement is installed as soon as it is complete."""
        command = BppCommand.LOAD_PROFILE_ELEMENTS
        self._package += plaintext
        try:
            self._installer.feed(plaintext)
            installation = self._installer.finish() if last else None
        except InstallationAborted as aborted:
            reason = (
                ErrorReason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE
                if aborted.memory
                else ErrorReason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR
            )
            raise LoadRefused(command, reason, aborted.response) from aborted
        if installation:
            self._compare(installation)
            self._installation = installation

    def _compare(self, installation: Installation) -> None:
        """The files must be those of the profile that the metadata announced, SGP.22 2.5.6.1 (13 and 14)."""
        command = BppCommand.LOAD_PROFILE_ELEMENTS
        if not consistency.files_match(self.metadata, installation.profile):
            raise LoadRefused(command, ErrorReason.INSTALL_FAILED_DUE_TO_DATA_MISMATCH)
        if not consistency.keys_allowed(self.metadata, installation.profile):
            raise LoadRefused(command, ErrorReason.TEST_PROFILE_INSTALL_FAILED_DUE_TO_INVALID_NAA_KEY)

    def _need(self, count: int, command: BppCommand) -> None:
        self._free -= count
        if self._free < 0:
            raise LoadRefused(command, ErrorReason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE)


_WHOLE_FUNCTIONS: dict[BppCommand, Callable[[Loader, bytes], None]] = {
    BppCommand.CONFIGURE_ISDP: Loader._configure_isdp,
    BppCommand.STORE_METADATA: Loader._store_metadata,
    BppCommand.REPLACE_SESSION_KEYS: Loader._replace_session_keys,
}


def _decoded(request: type[M], encoded: bytes, command: BppCommand) -> M:
    """One decoded function: not the expected TLV is a structure error, wrong contents are incorrect input."""
    try:
        found = tlv.parse(encoded).tag
    except TlvError as error:
        raise LoadRefused(command, ErrorReason.SCP03T_STRUCTURE_ERROR) from error
    if found != request.TAG:
        raise LoadRefused(command, ErrorReason.SCP03T_STRUCTURE_ERROR)
    try:
        return request.decode(encoded)
    except Asn1Error as error:
        raise LoadRefused(command, ErrorReason.INCORRECT_INPUT_VALUES) from error
