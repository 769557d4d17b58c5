"""ES8.DownloadAndInstallation, SGP.02 4.1.3.3: a profile arrives in an ISD-P that is PERSONALIZED.

Elements are installed as they complete; nothing is written until `end` was processed. Then profile and package are
stored in one NVM transaction, and the ISD-P is DISABLED. Whatever goes wrong before leaves it PERSONALIZED, for another
try.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import TlvError, tlv
from asn1.generated import pe
from euicc.isdp import header as headers
from euicc.isdp import pe_status
from euicc.isdp.installer import InstallationAborted, Installer
from euicc.isdp.pe_status import Status
from euicc.m2m.isd_p import LifeCycle
from euicc.m2m.scp03t import Error, Loaded, Refused
from euicc.profiles import consistency
from euicc.profiles.profile import Profile
from euicc.runtime.nvm import NvmFull

if TYPE_CHECKING:
    from euicc.m2m.isd_p import IsdP
    from euicc.m2m.isdr import M2mIsdR

NO_SMDP = ""
"""An SM-DP of SGP.02 does not tell the card its OID."""


def begin(isdr: M2mIsdR, isd_p: IsdP) -> Download:
    """A download into this ISD-P; Refused CONDITIONS unless it is PERSONALIZED."""
    if isdr.isd_ps.state(isd_p) is not LifeCycle.PERSONALIZED:
        raise Refused(Error.CONDITIONS)
    return Download(isdr, isd_p)


class Download:
    """One profile on its way; as long as the session of SCP03t that brings it."""

    def __init__(self, isdr: M2mIsdR, isd_p: IsdP) -> None:
        self._isdr = isdr
        self._isd_p = isd_p
        free = isdr.free_memory()
        self._room = free if isd_p.quota is None else min(free, isd_p.quota)
        self._installer = Installer(isdr.config, memory=self._room)
        self._package = bytearray()
        self._header: pe.ProfileHeader | None = None

    def feed(self, data: bytes) -> Loaded:
        """The next bytes of the package, cut anywhere; the EUICCResponse (tag 30) when it ended, well or not."""
        try:
            response = self._take(data)
        except InstallationAborted as aborted:
            return Loaded(aborted.response, ended=True)
        except NvmFull:
            return Loaded(_refused(Status.NOT_ENOUGH_MEMORY, "no room for the profile").response, ended=True)
        return Loaded(response, ended=bool(response))

    def _take(self, data: bytes) -> bytes:
        self._package += data
        if len(self._package) > self._room:
            raise _refused(Status.NOT_ENOUGH_MEMORY, "the package takes more memory than there is")
        if self._header is None:
            self._look_for_header()
        self._installer.feed(data)
        return self._store() if self._installer.ended else b""

    def _look_for_header(self) -> None:
        """As soon as the header is there; what is no header is for the installer to tell."""
        try:
            tlv.read(bytes(self._package))
            self._header = headers.read(bytes(self._package))
        except (TlvError, headers.HeaderError):
            return
        self._require_new(headers.metadata(self._header).iccid)

    def _require_new(self, iccid: bytes) -> None:
        if self._isdr.profiles.by_iccid(iccid) is not None:
            raise _refused(Status.INVALID_PARAMETER, "a profile with this ICCID is on the card")

    def _store(self) -> bytes:
        installation = self._installer.finish()
        assert self._header is not None  # no package ends before its header
        metadata = headers.metadata(self._header)
        # Once more: it may have come into another ISD-P meanwhile.
        self._require_new(metadata.iccid)
        if not consistency.files_match(metadata, installation.profile):
            raise _refused(Status.INVALID_PARAMETER, "EF.ICCID is not the ICCID of the header")
        profile = Profile(
            aid=self._isd_p.aid,
            iccid=metadata.iccid,
            metadata=metadata.encode(),
            ci_ski=self._isdr.identity.credentials[0].ci_ski,
            smdp_oid=NO_SMDP,
        )
        with self._isdr.nvm.transaction():
            self._isdr.profiles.add(profile, bytes(self._package))
        return installation.response


def _refused(status: int, reason: str) -> InstallationAborted:
    return pe_status.aborted((), pe.PEStatus(status=status), reason)
