"""The staging area of an installation: the profile as far as its elements have come in.

Nothing here is visible to anybody before the installation ends; giving up is forgetting the object.
"""

from __future__ import annotations

from collections.abc import Mapping

from asn1.generated import pe
from euicc.isdp.pe_status import ElementRefused, Status
from euicc.uicc.application_data import SecurityDomain
from euicc.uicc.filesystem import MF_FID, Df, Ef, File, FileKind, FileSystem
from euicc.uicc.profile_data import UiccProfile

RESERVED_FIDS = frozenset((MF_FID, 0x3FFF, 0x7FFF, 0xFFFF))


class Staging:
    """Where elements put what they create, and what later elements relate to.

    `capabilities` are bit numbers of UICCCapability, `newest_version` (major, minor) of the profile packages
    that the platform takes, `platform_packages` versions (2 bytes) by AID. `current` is the current
    directory; `pin_context` the directory that the next PE-PINCodes is about; `naa` the latest network access
    application, `naas` the latest of each kind by the name of its element. `bytes_used` is what the profile
    needs of the memory.
    """

    def __init__(
        self,
        capabilities: frozenset[int],
        newest_version: tuple[int, int],
        platform_packages: Mapping[bytes, bytes],
    ) -> None:
        self.capabilities = capabilities
        self.newest_version = newest_version
        self.platform_packages = platform_packages
        self.mf = Df(MF_FID, FileKind.MF)
        self.filesystem = FileSystem(self.mf)
        self.profile = UiccProfile(self.filesystem)
        self.header: pe.ProfileHeader | None = None
        self.mf_created = False
        self.current = self.mf
        self.pin_context: Df | None = None
        self.naa: Df | None = None
        self.naas: dict[str, Df] = {}
        self.temporary_fids: dict[int, Df] = {}
        self.linked_directories: dict[Df, Df] = {}
        self.link_targets: set[Df] = set()
        self.holding_links: set[Df] = set()
        self.security_domains: dict[bytes, SecurityDomain] = {}
        self.instance_aids: set[bytes] = set()
        self.load_packages: set[bytes] = set()
        self.bytes_used = 0

    def put(self, directory: Df, file: File) -> None:
        """A new file in its directory; invalid-parameter when the FID is taken there."""
        self._require_mf()
        fid, siblings = file.fid, directory.children
        if fid in siblings or (directory is self.mf and fid in self.temporary_fids):
            raise ElementRefused(Status.INVALID_PARAMETER, f"file {fid:04X} exists already")
        file.parent = directory
        siblings[fid] = file

    def put_adf(self, adf: Df) -> None:
        """A new ADF; invalid-parameter when its AID or its temporary FID is taken."""
        self._require_mf()
        assert adf.aid is not None  # whoever builds an ADF asked for its AID
        if adf.fid in self.temporary_fids or adf.fid in self.mf.children:
            raise ElementRefused(Status.INVALID_PARAMETER, f"temporary FID {adf.fid:04X} is taken")
        if adf.aid in self.filesystem.adfs:
            raise ElementRefused(Status.INVALID_PARAMETER, "two ADFs with one AID")
        self.temporary_fids[adf.fid] = adf
        self.filesystem.add_adf(adf)

    def _require_mf(self) -> None:
        if not self.mf_created:
            raise ElementRefused(Status.INVALID_PARAMETER, "a file before the MF")

    def resolve(self, path: bytes) -> File:
        """The file at a path of the package: FIDs from the MF, ADFs by temporary FID; invalid-parameter."""
        if len(path) % 2:
            raise ElementRefused(Status.BAD_VALUES, "a path has an even number of bytes")
        file: File = self.mf
        for at in range(0, len(path), 2):
            fid = int.from_bytes(path[at : at + 2], "big")
            found = self._below(file, fid)
            if found is None:
                raise ElementRefused(Status.INVALID_PARAMETER, f"no file {path.hex().upper()}")
            file = found
        return file

    def _below(self, file: File, fid: int) -> File | None:
        if isinstance(file, Ef):
            return None
        if file is self.mf and fid in self.temporary_fids:
            return self.temporary_fids[fid]
        return file.children.get(fid)

    def directory(self, path: bytes) -> Df:
        """The same, for a directory."""
        file = self.resolve(path)
        if isinstance(file, Ef):
            raise ElementRefused(Status.INVALID_PARAMETER, f"{path.hex().upper()} is no directory")
        return file
