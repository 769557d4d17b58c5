"""Files that came and went since the profile was installed, TS 102 222 6.3 and 6.4.

The memory says which; the tree of the running profile follows it, after the commit and again whenever a Uicc
starts, since the power may have gone in between: `create` and `delete` have no place inside another transaction, which
could still be undone. A path is as in `Df.path`. What a deleted file held goes with it, what a link still shows stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from apdu import StatusError, status
from euicc.runtime import keys
from euicc.uicc import file_definition
from euicc.uicc.filesystem import Body, Df, Ef, File, FileKind

if TYPE_CHECKING:
    from euicc.runtime.nvm import Key
    from euicc.uicc.uicc import Uicc

BYTES_OF_A_SIZE = 4


def apply(uicc: Uicc) -> None:
    """Make the tree what the memory says; once more changes nothing."""
    filesystem = uicc.profile.filesystem
    for created in filesystem.created:
        _take_out(created)
    filesystem.created.clear()
    for name in uicc.memory.names(keys.FILE_DELETED):
        file = filesystem.by_package_path(bytes.fromhex(name))
        if file is not None:
            _take_out(file)
    uicc.tree_changed()
    for name in sorted(uicc.memory.names(keys.FILE_CREATED), key=len):
        template = uicc.memory.get(keys.FILE_CREATED, name)
        parent = filesystem.by_package_path(bytes.fromhex(name)[:-2])
        if isinstance(parent, Df) and template is not None:
            _put_in(uicc, parent, file_definition.build(template))
    apply_limits(uicc)


def apply_limits(uicc: Uicc) -> None:
    """Give BER-TLV EFs the sizes that RESIZE FILE left in the memory, and those linked to them."""
    for name in uicc.memory.names(keys.FILE_LIMITS):
        ef, limits = (
            uicc.profile.filesystem.by_package_path(bytes.fromhex(name)),
            uicc.memory.get(keys.FILE_LIMITS, name),
        )
        if isinstance(ef, Ef) and limits is not None:
            reserved, maximum = limits[:BYTES_OF_A_SIZE], limits[BYTES_OF_A_SIZE:]
            for file in linked(uicc, ef):
                file.reserved_size = int.from_bytes(reserved, "big")
                file.maximum_size = int.from_bytes(maximum, "big") if maximum else None
    uicc.tree_changed()


def linked(uicc: Uicc, ef: Ef) -> list[Ef]:
    """The EFs with this body, itself among them."""
    files = uicc.profile.filesystem.files()
    return [file for file in files if isinstance(file, Ef) and file.body is ef.body]


def cost(ef: Ef, size: int) -> int:
    """What an EF with so many bytes takes from the memory."""
    return max(size, ef.reserved_size)


def charge(uicc: Uicc, more: int) -> None:
    """Take bytes from the memory that profiles share, or give some back; inside a transaction.

    StatusError 6A84 when there are not so many.
    """
    if more > uicc.free_memory():
        raise StatusError(status.NOT_ENOUGH_MEMORY)
    if more:
        uicc.memory.set(keys.FILE_MEMORY, uicc.memory.get(keys.FILE_MEMORY) + more)


def create(uicc: Uicc, df: Df, template: bytes) -> File:
    """Add the file that the value of an FCP template describes; StatusError 6A80, 6A81, 6A84, 6A89."""
    owner = _owner(df)
    file = file_definition.build(template)
    _check_file_identifier(uicc, owner, file.fid)
    if isinstance(file, Ef) and file.sfi is not None and owner.by_sfi(file.sfi) is not None:
        template = file_definition.without_derived_sfi(template)
        file = file_definition.build(template)
    with uicc.memory.transaction():
        charge(uicc, len(template) + (cost(file, file.body.size) if isinstance(file, Ef) else 0))
        uicc.memory.set(keys.FILE_CREATED, template, (owner.path + file.fid.to_bytes(2, "big")).hex())
    _put_in(uicc, owner, file)
    uicc.tree_changed()
    return file


def _owner(df: Df) -> Df:
    """The DF that the files in `df` belong to: another one when `df` is a link to it."""
    return next((child.parent for child in df.children.values() if child.parent), df)


def _check_file_identifier(uicc: Uicc, df: Df, fid: int) -> None:
    """A terminal must be able to tell the new file from its parent and all that it can reach from there, 8.6."""
    adfs = uicc.profile.filesystem.adfs.values() if df.kind is FileKind.MF else ()
    around = (df.fid, *df.children, *(adf.fid for adf in adfs), *((df.parent.fid,) if df.parent else ()))
    if fid in around:
        raise StatusError(status.FILE_ALREADY_EXISTS)


def delete(uicc: Uicc, file: File) -> None:
    """Remove a file with all that is in it; StatusError 6985 for the MF, an ADF, and a DF that another one links to."""
    parent = file.parent
    if parent is None or file.kind is FileKind.ADF:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    gone = list(_subtree(uicc, file))
    with uicc.memory.transaction():
        _forget(uicc, file, gone)
    _take_out(file)
    uicc.profile.filesystem.created.difference_update(gone)
    uicc.tree_changed()
    for context in list(uicc.contexts):
        context.leave(gone, parent)


def _subtree(uicc: Uicc, file: File) -> Iterator[File]:
    """A file and what goes with it; of a DF that is a link to another one, nothing else."""
    yield file
    if isinstance(file, Ef) or _is_link(uicc, file):
        return
    for child in file.children.values():
        yield from _subtree(uicc, child)


def _is_link(uicc: Uicc, df: Df) -> bool:
    """Whether a DF shows the files of another one; StatusError 6985 when another one shows those of this."""
    dfs = (file for file in uicc.profile.filesystem.files() if isinstance(file, Df))
    if not any(other.children is df.children and other is not df for other in dfs):
        return False
    if _owner(df) is df:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    return True


def _forget(uicc: Uicc, file: File, gone: list[File]) -> None:
    memory, name = uicc.memory, file.path.hex()
    created = memory.get(keys.FILE_CREATED, name) is not None
    given_back = _forget_bodies(uicc, gone)
    for each in gone:
        path = each.path.hex()
        given_back += len(memory.get(keys.FILE_CREATED, path) or b"")
        memory.delete(keys.FILE_CREATED, path)
        memory.delete(keys.FILE_LIFE_CYCLE, path)
        if each is not file:
            memory.delete(keys.FILE_DELETED, path)
    if not created:
        memory.set(keys.FILE_DELETED, b"", name)
    charge(uicc, -given_back)


def _forget_bodies(uicc: Uicc, gone: list[File]) -> int:
    """Content and sizes go, or are kept for the first of the files that are linked to them; the bytes given back."""
    leaving = {id(file) for file in gone}
    heirs: dict[Body, Ef] = {}
    for file in uicc.profile.filesystem.files():
        if isinstance(file, Ef) and id(file) not in leaving:
            heirs.setdefault(file.body, file)
    given_back = 0
    for body, ef in {file.body: file for file in gone if isinstance(file, Ef)}.items():
        heir = heirs.get(body)
        if heir is None:
            given_back += cost(ef, uicc.size(ef))
        for key in (keys.FILE_CONTENT, keys.FILE_LIMITS):
            _hand_over(uicc, key, uicc.content_name(ef), heir)
    return given_back


def _hand_over(uicc: Uicc, key: Key[bytes | None], name: str, heir: Ef | None) -> None:
    value = uicc.memory.get(key, name)
    if value is None:
        return
    uicc.memory.delete(key, name)
    if heir is not None:
        uicc.memory.set(key, value, heir.path.hex())


def _put_in(uicc: Uicc, df: Df, file: File) -> None:
    df.add(file)
    uicc.profile.filesystem.created.add(file)


def _take_out(file: File) -> None:
    if file.parent is not None and file.parent.children.get(file.fid) is file:
        del file.parent.children[file.fid]
