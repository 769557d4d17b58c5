"""Pieces of a bound profile package in words, SGP.22 2.5.4: however an LPA cuts it.

Only the first part and the metadata can be read; the rest is encrypted with the session's keys.
"""

from __future__ import annotations

from apdu import TlvError, tlv
from asn1 import Asn1Error
from asn1.generated import rsp
from euicc.traces.message import message_tree
from euicc.traces.tree import Node, not_understood

BOUND_PROFILE_PACKAGE, INITIALISE_SECURE_CHANNEL = 0xBF36, 0xBF23
SEQUENCE_NAMES = {
    BOUND_PROFILE_PACKAGE: "BoundProfilePackage",
    0xA0: "firstSequenceOf87 (ConfigureISDP)",
    0xA1: "sequenceOf88 (StoreMetadata)",
    0xA2: "secondSequenceOf87 (ReplaceSessionKeys)",
    0xA3: "sequenceOf86 (profile elements)",
}
SEGMENT_NAMES = {0x86: "profile elements", 0x87: "segment", 0x88: "metadata"}
SEGMENT_TAGS = frozenset({*SEQUENCE_NAMES, *SEGMENT_NAMES, INITIALISE_SECURE_CHANNEL})
MAC_SIZE = 8


def piece_tree(data: bytes) -> Node:
    """One ES10b.LoadBoundProfilePackage: headers of what it begins, and the segments it has whole."""
    children: list[Node] = []
    offset = 0
    while offset < len(data):
        try:
            tag, start, end = tlv.read_header(data, offset)
        except TlvError as error:
            children.append(not_understood("rest", data[offset:], error))
            break
        if tag in SEQUENCE_NAMES:
            children.append(Node(SEQUENCE_NAMES[tag], f"{end - start} bytes"))
            offset = start
            continue
        children.append(_element(tag, data[offset:end], data[start:end], end - start))
        offset = end
    return Node("LoadBoundProfilePackage", children=tuple(children))


def _element(tag: int, encoded: bytes, value: bytes, announced: int) -> Node:
    if len(value) < announced:
        return not_understood(f"tag {tag:X}", value, f"{announced} bytes announced, {len(value)} there")
    if tag == INITIALISE_SECURE_CHANNEL:
        return _initialise(encoded)
    if tag == 0x88:
        return _metadata(value)
    if tag in SEGMENT_NAMES:
        return Node(SEGMENT_NAMES[tag], f"{len(value)} bytes, encrypted")
    return not_understood(f"tag {tag:X}", value, "not part of a bound profile package")


def _initialise(encoded: bytes) -> Node:
    name = "InitialiseSecureChannelRequest"
    try:
        return message_tree(name, rsp.InitialiseSecureChannelRequest.decode(encoded))
    except Asn1Error as error:
        return not_understood(name, encoded, error)


def _metadata(value: bytes) -> Node:
    """A segment with a MAC and no encryption; metadata that fill more than one are not put together."""
    try:
        return message_tree("StoreMetadataRequest", rsp.StoreMetadataRequest.decode(value[:-MAC_SIZE]))
    except Asn1Error:
        return Node("metadata", f"{len(value)} bytes, part of StoreMetadataRequest")
