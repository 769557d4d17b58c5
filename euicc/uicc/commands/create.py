"""CREATE FILE, DELETE FILE and RESIZE FILE, TS 102 222 6.3, 6.4 and 6.10.

Who stands in a file that is deleted, on whatever channel, stands in its parent afterwards, with no EF current.
"""

from __future__ import annotations

from collections.abc import Callable

from apdu import Command, StatusError, instruction, status, tlv
from apdu.tlv import TlvError
from euicc.isdp.content import expand
from euicc.runtime import keys
from euicc.uicc import fcp, file_definition, tree
from euicc.uicc.access import Access
from euicc.uicc.commands import select
from euicc.uicc.context import Context
from euicc.uicc.filesystem import Ef, FileKind
from euicc.uicc.uicc import Uicc

NO_ACCESS_MODE = Access(0)
"""RESIZE FILE has no bit in the access mode byte: only a rule for the instruction opens it, TS 102 221 9.2.4."""
KEEP_OBJECTS, ERASE_OBJECTS = 0x00, 0x01
"""P1 of RESIZE FILE: what becomes of the objects in a BER-TLV EF."""
SIZE_FIELD = 4


def create_file(context: Context, command: Command) -> bytes:
    """CREATE FILE, TS 102 222 6.3: an EF or a DF in the current DF, as its FCP template says; it becomes current.

    StatusError: 6A86, 6A80 (template wrong), 6A81 (an ADF), 6985 (the
    DF is terminated), 6982, 6A89 (file identifier in use), 6A84.
    """
    if command.p1 or command.p2:
        raise StatusError(status.INCORRECT_P1_P2)
    template = _template(command.data)
    file = file_definition.build(template)
    access = Access.CREATE_EF if isinstance(file, Ef) else Access.CREATE_DF
    if not context.uicc.is_open(context.df):
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    context.check_permission(context.df, access, instruction.CREATE_FILE)
    context.select(tree.create(context.uicc, context.df, template))
    return b""


def _template(data: bytes) -> bytes:
    """The value of the one FCP template that the data are."""
    try:
        template = tlv.parse(data)
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    if template.tag != fcp.FCP_TEMPLATE:
        raise StatusError(status.INCORRECT_DATA)
    return template.value


def delete_file(context: Context, command: Command) -> bytes:
    """DELETE FILE, TS 102 222 6.4: an EF, or a DF with all that is in it, named as by SELECT (P1 00, 08 or 09).

    The rule of the file itself decides. StatusError: 6A86, 6700, 6A82, 6982, 6985 for the MF, an ADF, and a DF
    that another DF is linked to.
    """
    file = select.named(context, command)
    if file is None:
        raise StatusError(status.WRONG_LENGTH)
    context.check_permission(file, Access.DELETE, instruction.DELETE_FILE)
    tree.delete(context.uicc, file)
    return b""


def resize_file(context: Context, command: Command) -> bytes:
    """RESIZE FILE, TS 102 222 6.10: another size for an EF of the current DF, which becomes current.

    The data are an FCP template with 83 and 80 (transparent, linear fixed: the new size) or, for a BER-TLV EF, 80
    (the reserved size) and 86 in A5 (the maximum size), one of them or both. What is added is filled with C1 or
    C2 of A5, or FF; P1 01 erases the objects of a BER-TLV EF. DFs have no memory of their own that could be resized.
    StatusError: 6A86, 6A80, 6A82, 6A81 (a DF), 6981 (a cyclic EF), 6985, 6982, 6A84.
    """
    if command.p1 not in (KEEP_OBJECTS, ERASE_OBJECTS) or command.p2:
        raise StatusError(status.INCORRECT_P1_P2)
    objects, proprietary = file_definition.objects_of(_template(command.data))
    ef = _child(context, objects)
    resize = RESIZES.get(ef.kind)
    if resize is None:
        raise StatusError(status.INCOMPATIBLE_FILE_STRUCTURE)
    context.check_access(ef, NO_ACCESS_MODE, instruction.RESIZE_FILE)
    with context.uicc.memory.transaction():
        resize(context.uicc, ef, objects, proprietary, command.p1)
    tree.apply_limits(context.uicc)
    context.select(ef)
    return b""


def _child(context: Context, objects: file_definition.Objects) -> Ef:
    fid = objects.get(fcp.FILE_ID, b"")
    if len(fid) != 2:
        raise StatusError(status.INCORRECT_DATA)
    file = context.df.children.get(int.from_bytes(fid, "big"))
    if file is None:
        raise StatusError(status.FILE_NOT_FOUND)
    if not isinstance(file, Ef):
        raise StatusError(status.FUNCTION_NOT_SUPPORTED)
    return file


def _resize_body(
    uicc: Uicc, ef: Ef, objects: file_definition.Objects, proprietary: file_definition.Objects, p1: int
) -> None:
    if fcp.FILE_SIZE not in objects or p1:
        raise StatusError(status.INCORRECT_DATA)
    size, content = file_definition.number(objects[fcp.FILE_SIZE]), uicc.content(ef)
    length = ef.body.record_length
    file_definition.check_size(ef.kind, length, size)
    added = max(0, size - len(content))
    filling = expand(file_definition.pattern(proprietary), length or added, added)
    tree.charge(uicc, size - len(content))
    uicc.write(ef, content[:size] + filling)


def _resize_objects(
    uicc: Uicc, ef: Ef, objects: file_definition.Objects, proprietary: file_definition.Objects, p1: int
) -> None:
    content = b"" if p1 == ERASE_OBJECTS else uicc.content(ef)
    reserved, maximum = ef.reserved_size, ef.maximum_size
    if fcp.FILE_SIZE in objects:
        reserved = file_definition.number(objects[fcp.FILE_SIZE])
    if fcp.MAXIMUM_SIZE in proprietary:
        maximum = file_definition.number(proprietary[fcp.MAXIMUM_SIZE])
    if maximum is not None and max(reserved, len(content), 1) > maximum:
        raise StatusError(status.INCORRECT_DATA)
    tree.charge(uicc, max(reserved, len(content)) - tree.cost(ef, uicc.size(ef)))
    limits = b"".join(size.to_bytes(SIZE_FIELD, "big") for size in (reserved, maximum) if size is not None)
    uicc.memory.set(keys.FILE_LIMITS, limits, uicc.content_name(ef))
    uicc.write(ef, content)


Resize = Callable[[Uicc, Ef, file_definition.Objects, file_definition.Objects, int], None]
RESIZES: dict[FileKind, Resize] = {
    FileKind.TRANSPARENT: _resize_body,
    FileKind.LINEAR_FIXED: _resize_body,
    FileKind.BER_TLV: _resize_objects,
}
