"""eUICC Packages as an eIM signs and hands them out, byte by byte against SGP.32 2.11.1.1."""

from __future__ import annotations

import pytest
from cryptography.x509 import load_der_x509_certificate

from apdu import tlv
from asn1.generated import rsp
from euicc.crypto import curves
from euicc.testing.eim import OrderState, operations
from euicc.testing.pki import Pki
from tests.testing.eim_device import (
    ADDRESS,
    NOTHING_TO_DO,
    STRANGER,
    Device,
    device,
    eim,
    verifies,
)
from tests.testing.ordered import EID

ICCID = bytes.fromhex("98001032547698103214")
OPERATIONS = [
    (operations.enable(ICCID), "A30C5A0A98001032547698103214"),
    (operations.enable(ICCID, rollback=True), "A30E5A0A980010325476981032140500"),
    (operations.disable(ICCID), "A40C5A0A98001032547698103214"),
    (operations.delete(ICCID), "A50C5A0A98001032547698103214"),
    (operations.list_profile_info(), "BF2D00"),
    (operations.list_profile_info(rsp.ProfileInfoListRequest(tag_list=b"\x5a")), "BF2D035C015A"),
    (operations.get_rat(), "A600"),
    (operations.configure_immediate_enable(True, "2.999.10", "a"), "A70A8000810388370A820161"),
    (operations.configure_immediate_enable(False), "A700"),
    (operations.set_fallback_attribute(ICCID), "A80C5A0A98001032547698103214"),
    (operations.unset_fallback_attribute(), "A900"),
    (operations.set_default_dp_address("a"), "BF6503800161"),
    (operations.delete_eim("b"), "A903800162"),
    (operations.list_eim(), "AB00"),
]


def public_key(of: Device) -> object:
    return load_der_x509_certificate(of.server.identity.signer.certificate).public_key()


@pytest.mark.parametrize(("operation", "encoded"), OPERATIONS, ids=[each for _, each in OPERATIONS])
def test_operations(operation: operations.Operation, encoded: str) -> None:
    assert operation.encode() == bytes.fromhex(encoded)


def test_a_package_to_the_byte() -> None:
    """The skeleton of enable with rollback, counter 5, eimId "eim1"."""
    ipa = device(transaction_ids=False)
    ipa.record.counter = 4
    ipa.server.queue(EID, operations.enable(ICCID, rollback=True))
    package = ipa.package()
    content = (
        bytes.fromhex("800465696D31 5A10") + EID + bytes.fromhex("810105 A010 A30E5A0A") + ICCID + b"\x05\0"
    )
    signed = tlv.encode(0x30, content)
    signature = tlv.parse(package).find(0x5F37)
    assert signature is not None
    assert package == tlv.encode(0xBF51, signed, tlv.encode(0x5F37, signature))
    assert verifies(public_key(ipa), signature, signed + bytes.fromhex("840100"))  # type: ignore[arg-type]


@pytest.mark.parametrize(("token", "covered"), [(None, "840100"), (7, "840107"), (300, "8402012C")])
@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
def test_the_signature_covers_the_token_that_is_not_sent(
    curve: curves.Curve, token: int | None, covered: str
) -> None:
    ipa = device(token=token, pki=Pki.default((curve,)), known=False)
    ipa.server.queue(EID, operations.list_eim())
    package = tlv.parse(ipa.package())
    signed, signature = package.children()
    data = signed.encoded + bytes.fromhex(covered)
    assert verifies(public_key(ipa), signature.value, data)  # type: ignore[arg-type]
    assert not verifies(public_key(ipa), signature.value, signed.encoded)  # type: ignore[arg-type]
    assert package.encoded.count(bytes.fromhex(covered)) == 0


def test_counters_go_up_by_one_for_each_package_and_eUICC() -> None:
    server = eim()
    first, second = Device(server), Device(server, eid=STRANGER)
    for each in (first, second):
        server.associate(each.eid, counter=10, certificates=each.certificates)
        server.queue(each.eid, operations.get_rat())
        server.queue(each.eid, operations.get_rat())
    for number in (11, 12):
        for each in (first, second):
            package = each.package()
            assert tlv.find(package, 0xBF51, 0x30, 0x81) == bytes([number])
            each.provide(each.result(package, bytes.fromhex("A600")))


def test_a_package_is_sent_again_as_it_was_until_it_is_answered() -> None:
    ipa = device()
    order = ipa.server.queue(EID, operations.get_rat())
    states = [order.state]
    package = ipa.package()
    states.append(order.state)
    assert ipa.package() == package
    ipa.provide(ipa.result(package, bytes.fromhex("A600")))
    assert [*states, order.state] == [OrderState.WAITING, OrderState.SENT, OrderState.DONE]
    assert ipa.ask() == NOTHING_TO_DO


def test_lists_are_not_mixed_and_not_empty() -> None:
    ipa = device()
    for given in ((), (operations.get_rat(), operations.list_eim())):
        with pytest.raises(ValueError, match="a list of"):
            ipa.server.queue(EID, *given)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"", "BF4F03020104"),
        (tlv.encode(0x5A, STRANGER), "BF4F03020102"),
        (tlv.encode(0x5A, EID[:-1] + b"\0"), "BF4F03020103"),
        (tlv.encode(0x5A, EID[:4]), "BF4F03020103"),
        (b"\x5a\x10", "BF4F0302017F"),
    ],
    ids=["missing", "not found", "check digits", "too short", "damaged"],
)
def test_the_EID_is_refused(request_: bytes, answer: str) -> None:
    ipa = device()
    assert ipa.server.handle_asn1(tlv.encode(0xBF4F, request_)) == bytes.fromhex(answer)


def test_state_changes_are_noted() -> None:
    ipa = device()
    assert ipa.ask(bytes.fromhex("8000810101820362F210")) == NOTHING_TO_DO
    (change,) = ipa.record.state_changes
    assert (change.cause, change.rplmn) == (1, bytes.fromhex("62F210"))


def test_v1_0_has_the_network_in_the_place_of_the_cause() -> None:
    ipa = device()
    ipa.ask(bytes.fromhex("8000810362F210"))
    (change,) = ipa.record.state_changes
    assert (change.cause, change.rplmn) == (None, bytes.fromhex("62F210"))


def test_configuration_by_key() -> None:
    server = eim()
    request = server.add_initial_eim(counter=3, token=True, indirect=True).encode()
    fields = {each.tag: each.value for each in tlv.parse_all(tlv.find(request, 0xBF57, 0xA0, 0x30) or b"")}
    assert sorted(fields) == [0x80, 0x81, 0x82, 0x83, 0x84, 0x87, 0x89, 0xA5, 0xA6]
    assert (fields[0x80], fields[0x81]) == (b"eim1", ADDRESS.encode())
    assert (fields[0x82], fields[0x83], fields[0x84]) == (b"\x03", b"\x03", b"\xff")
    assert fields[0x87] == bytes.fromhex("0780")
    key = tlv.find(fields[0xA5], 0xA0)
    assert key is not None
    info = tlv.encode(0x30, key)
    assert info in server.identity.signer.certificate
    trust = tlv.find(fields[0xA6], 0xA1)
    assert trust is not None
    assert tlv.encode(0x30, trust) == Pki.default().ci_certificates[0]


def test_configuration_by_certificate() -> None:
    server = eim(shows_certificate=True, tls_trust=None, protocols=(0, 2), id_type=2)
    data = server.configuration(ci_ski=bytes(20)).encode()
    certificate = tlv.find(data, 0x30, 0xA5, 0xA1)
    assert certificate is not None
    assert tlv.encode(0x30, certificate) == server.identity.signer.certificate
    assert tlv.find(data, 0x30, 0xA6) is None
    assert tlv.find(data, 0x30, 0x87) == bytes.fromhex("05A0")
    assert tlv.find(data, 0x30, 0x88) == bytes(20)


def test_the_configuration_of_another_eim_in_a_package() -> None:
    ipa, other = device(), eim("eim2", address="other.example.com")
    ipa.server.queue(EID, operations.add_eim(other.configuration(token=True)))
    eco = tlv.parse(ipa.package()).find(0x30, 0xA1, 0xA8)
    assert eco == tlv.parse(other.configuration(token=True).encode()).value
