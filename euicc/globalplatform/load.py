"""LOAD, GPCS 11.6: a load file arrives in blocks, is kept and listed. Its bytecode is not run.

What has arrived lies in the NVM, so that the blocks may come in packets with resets between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1, sha256, sha384, sha512
from typing import TYPE_CHECKING

from apdu import Command, StatusError, TlvError, status, tlv
from euicc.globalplatform import cap_file
from euicc.globalplatform.registry import LOADED, Entry, Kind, Registry
from euicc.globalplatform.session import Session
from euicc.profiles.store import ProfileStore
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.globalplatform.domain import Domain
    from euicc.uicc.uicc import Uicc

MORE_BLOCKS, LAST_BLOCK = 0x00, 0x80
BLOCKS_MAX = 0x10000
DAP_BLOCK, LOAD_FILE_DATA_BLOCK = 0xE2, 0xC4
HASHES = {20: sha1, 32: sha256, 48: sha384, 64: sha512}
"""Load File Data Block Hash, GPCS B.3 and Amendment E: algorithm by length."""
NO_CONFIRMATION = b"\x00"
"""Length of a confirmation (receipt) that there is not, GPCS 11.1.6."""
_PACKAGE, _DOMAIN, _HASH = 0x80, 0x81, 0x82


@dataclass(frozen=True, slots=True)
class PendingLoad:
    """A load file on its way: AID of the package, the domain it will be associated with, its hash (may be empty)."""

    package: bytes
    domain: bytes
    hash_value: bytes

    def to_bytes(self) -> bytes:
        """As kept in the NVM."""
        return b"".join(
            (
                tlv.encode(_PACKAGE, self.package),
                tlv.encode(_DOMAIN, self.domain),
                tlv.encode(_HASH, self.hash_value),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> PendingLoad:
        """What `to_bytes` wrote."""
        fields = {each.tag: each.value for each in tlv.parse_all(data)}
        return cls(fields[_PACKAGE], fields[_DOMAIN], fields[_HASH])


def used_memory(uicc: Uicc) -> int:
    """Bytes of NVM that the installed profiles, and the load files of this one, occupy."""
    files = (uicc.memory.get(keys.LOAD_FILE, name) for name in uicc.memory.names(keys.LOAD_FILE))
    return ProfileStore(uicc.memory.nvm).used() + sum(len(file or b"") for file in files)


def begin(domain: Domain, pending: PendingLoad) -> None:
    """INSTALL [for load] came: forget what another one began; durable on return."""
    with domain.uicc.memory.transaction():
        _forget(domain)
        domain.uicc.memory.set(keys.LOAD_RECEIVED, pending.to_bytes(), domain.aid.hex())


def _forget(domain: Domain) -> None:
    for name in (domain.aid.hex(), *_received(domain)):
        domain.uicc.memory.delete(keys.LOAD_RECEIVED, name)


def _received(domain: Domain) -> list[str]:
    """Under which names the blocks lie, in their order."""
    start = f"{domain.aid.hex()}/"
    return [name for name in domain.uicc.memory.names(keys.LOAD_RECEIVED) if name.startswith(start)]


def load(domain: Domain, session: Session, command: Command) -> bytes:
    """LOAD, GPCS 11.6: P1 80 for the last block, P2 its number from 00, again 00 after FF.

    StatusError 6985 without INSTALL [for load], 6A86 for a block out of turn, 6A84 when it does not fit into the
    memory, 6A80 when the blocks are no load file, or its hash is wrong: then it has to begin anew.
    """
    memory = domain.uicc.memory
    stored = memory.get(keys.LOAD_RECEIVED, domain.aid.hex())
    if stored is None:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    names = _received(domain)
    if command.p1 not in (MORE_BLOCKS, LAST_BLOCK) or command.p2 != len(names) & 0xFF:
        raise StatusError(status.INCORRECT_P1_P2)
    blocks = [memory.get(keys.LOAD_RECEIVED, name) or b"" for name in names]
    size = sum(map(len, blocks)) + len(command.data)
    if len(names) == BLOCKS_MAX or used_memory(domain.uicc) + size > domain.uicc.config.nvm_size:
        raise StatusError(status.NOT_ENOUGH_MEMORY)
    if command.p1 == LAST_BLOCK:
        return _conclude(domain, PendingLoad.from_bytes(stored), b"".join((*blocks, command.data)))
    with memory.transaction():
        memory.set(keys.LOAD_RECEIVED, command.data, f"{domain.aid.hex()}/{len(names):04X}")
    return NO_CONFIRMATION


def _conclude(domain: Domain, pending: PendingLoad, data: bytes) -> bytes:
    """All blocks are there: a package more, or none; either way nothing is on its way any more."""
    block = _load_file_data_block(data, pending.hash_value)
    with domain.uicc.memory.transaction():
        _forget(domain)
        if block is not None:
            _store(domain, pending, block)
    if block is None:
        raise StatusError(status.INCORRECT_DATA)
    return NO_CONFIRMATION


def _load_file_data_block(data: bytes, expected: bytes) -> bytes | None:
    """The value of C4, after DAP blocks, which nobody here verifies; None when it is not that, or has another hash."""
    try:
        objects = tlv.parse_all(data)
    except TlvError:
        return None
    tags = [each.tag for each in objects]
    if tags[-1:] != [LOAD_FILE_DATA_BLOCK] or set(tags[:-1]) - {DAP_BLOCK}:
        return None
    block = objects[-1].value
    return block if not expected or HASHES[len(expected)](block).digest() == expected else None


def _store(domain: Domain, pending: PendingLoad, block: bytes) -> None:
    found = cap_file.contents(block)
    domain.uicc.memory.set(keys.LOAD_FILE, block, pending.package.hex())
    Registry(domain.uicc).put(
        Entry(
            aid=pending.package,
            kind=Kind.PACKAGE,
            state=LOADED,
            domain=pending.domain,
            modules=found.modules,
            version=found.version,
        )
    )
