"""Messages as Python objects."""

from __future__ import annotations

import copy
import pickle

import pytest

from asn1 import Asn1Error, BitString
from asn1.generated import pe, rsp

ENABLE = bytes.fromhex("bf3111a00c5a0a000000000000000000008101ff")
METADATA = rsp.StoreMetadataRequest(iccid=bytes(10), service_provider_name="s", profile_name="p")


def test_optional_components_are_none_and_defaults_filled_in() -> None:
    assert METADATA.icon is None
    assert METADATA.profile_class == rsp.ProfileClass.OPERATIONAL
    decoded = rsp.StoreMetadataRequest.decode(METADATA.encode())
    assert decoded.profile_class == rsp.ProfileClass.OPERATIONAL


def test_a_default_is_not_encoded_even_when_it_is_given() -> None:
    assert METADATA.replace(profile_class=rsp.ProfileClass.OPERATIONAL).encode() == METADATA.encode()
    assert bytes.fromhex("950100") in METADATA.replace(profile_class=rsp.ProfileClass.TEST).encode()


def test_decoded_messages_know_their_bytes_at_every_level() -> None:
    request = rsp.EnableProfileRequest.decode(ENABLE)
    assert request.encoded == ENABLE
    assert request.profile_identifier.encoded == bytes.fromhex("5a0a00000000000000000000")
    assert METADATA.encoded == b""


def test_a_received_message_keeps_its_bytes_inside_another_one() -> None:
    # A default written out, a long length, an unknown element: all legal, none of it how we would write it.
    received = bytes.fromhex(
        "bf278122 800101 bf2f81 0a 800101 81020780 0c0161 060388370a a208a106800102810109"
    )
    data = rsp.ProfileInstallationResultData.decode(received[:3] + b"\x20" + received[4:])
    result = rsp.ProfileInstallationResult(profile_installation_result_data=data, euicc_sign_pir=b"s")
    assert data.encoded in result.encode()
    assert rsp.ProfileInstallationResult.decode(result.encode()).profile_installation_result_data == data


def test_only_the_outer_tag_changes_under_another_tag() -> None:
    error = rsp.CancelSessionResponse.decode(bytes.fromhex("bf418103 810105"))
    request = rsp.CancelSessionRequestEs9(transaction_id=b"\1", cancel_session_response=error)
    assert request.encode() == bytes.fromhex("bf4109 800101 a18103810105")
    again = rsp.CancelSessionRequestEs9.decode(request.encode()).cancel_session_response
    assert again.encoded == bytes.fromhex("a18103810105")
    assert again.encode() == error.encoded
    assert again == error


def test_equality_is_by_components() -> None:
    request = rsp.EnableProfileRequest.decode(ENABLE)
    built = rsp.EnableProfileRequest(
        profile_identifier=rsp.EnableProfileRequest.ProfileIdentifier(iccid=bytes(10)), refresh_flag=True
    )
    assert built == request
    assert hash(built) == hash(request)
    assert built != built.replace(refresh_flag=False)
    disable = rsp.DisableProfileRequest(
        profile_identifier=rsp.DisableProfileRequest.ProfileIdentifier(iccid=bytes(10)), refresh_flag=True
    )
    assert built != disable


def test_messages_are_immutable() -> None:
    with pytest.raises(AttributeError):
        METADATA.profile_name = "q"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del METADATA.profile_name
    with pytest.raises(AttributeError):
        BitString.of(1).length = 3


def test_replace_leaves_the_original_and_its_bytes_alone() -> None:
    request = rsp.EnableProfileRequest.decode(ENABLE)
    changed = request.replace(refresh_flag=False)
    assert request.encode() == ENABLE
    assert changed.encoded == b""
    assert changed.encode() == ENABLE[:-1] + b"\0"
    assert METADATA.replace(icon=b"i").replace(icon=None) == METADATA


def test_a_sealed_message_is_the_same_with_its_bytes() -> None:
    built = rsp.EnableProfileRequest.decode(ENABLE).replace(refresh_flag=False)
    sealed = built.sealed()
    assert built.encoded == b""
    assert sealed == built
    assert sealed.encoded == sealed.encode() == built.encode()
    assert sealed.replace(refresh_flag=True).encode() == ENABLE


def test_a_constructor_checks_names_and_presence() -> None:
    with pytest.raises(TypeError, match="iccid is missing"):
        rsp.StoreMetadataRequest(service_provider_name="s", profile_name="p")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="has no colour"):
        METADATA.replace(colour="red")


def test_a_choice_has_exactly_one_alternative() -> None:
    choice = rsp.DeleteProfileRequest(iccid=bytes(10))
    assert (choice.chosen, choice.value, choice.isdp_aid) == ("iccid", bytes(10), None)
    assert choice.replace(isdp_aid=b"aid") == rsp.DeleteProfileRequest(isdp_aid=b"aid")
    for alternatives in ({}, {"iccid": bytes(10), "isdp_aid": b"aid"}):
        with pytest.raises(TypeError, match="exactly one"):
            rsp.DeleteProfileRequest(**alternatives)


def test_false_and_empty_alternatives_count() -> None:
    assert rsp.ProfileInfoListResponse(profile_info_list_ok=()).chosen == "profile_info_list_ok"
    assert rsp.ProfileInfoListResponse.decode(bytes.fromhex("bf2d02a000")).profile_info_list_ok == ()


def test_messages_can_be_copied_and_pickled() -> None:
    request = rsp.EnableProfileRequest.decode(ENABLE)
    for twin in (copy.copy(request), copy.deepcopy(request), pickle.loads(pickle.dumps(request))):
        assert twin == request
        assert twin.encoded == ENABLE


def test_repr_shows_what_is_there() -> None:
    assert repr(rsp.SetNicknameRequest(iccid=b"1234567890", profile_nickname="x")) == (
        "SetNicknameRequest(iccid=b'1234567890', profile_nickname='x')"
    )


def test_any_buffer_decodes_to_bytes() -> None:
    for buffer in (bytearray(ENABLE), memoryview(ENABLE)):
        request = rsp.EnableProfileRequest.decode(buffer)  # type: ignore[arg-type]
        assert type(request.encoded) is bytes
        assert type(request.profile_identifier.iccid) is bytes


def test_tags_are_those_on_the_wire() -> None:
    assert rsp.AuthenticateServerRequest.TAG == 0xBF38
    assert rsp.ProfileInfo.TAG == 0xE3
    assert rsp.ServerSigned1.TAG == 0x30
    assert pe.ProfileElement.TAG == 0


def test_named_types_that_are_not_messages() -> None:
    assert rsp.Iccid.encode(bytes(10)) == b"\x5a\x0a" + bytes(10)
    assert rsp.Iccid.decode(b"\x5a\x0a" + bytes(10)) == bytes(10)
    with pytest.raises(Asn1Error):
        rsp.Iccid.decode(b"\x5a\x09" + bytes(9))
    assert rsp.ID_RSP_ROLE_DP_AUTH == "2.23.146.1.2.1.4"


# -- BIT STRING ------------------------------------------------------------------------------------------------------


def test_bit_strings() -> None:
    bits = BitString.of(0, 3, 9)
    assert (bits.data, bits.length) == (b"\x90\x40", 10)
    assert 3 in bits
    assert 1 not in bits
    assert 99 not in bits
    assert list(bits) == [0, 3, 9]
    assert BitString(b"\x90\x40", 16).trimmed() == bits
    assert BitString(b"\xff", 4) == BitString(b"\xf0", 4)
    assert BitString(b"") == BitString.of()
    assert repr(bits) == "BitString.of(0, 3, 9)"
    for data, length in ((b"", 1), (b"\0\0", 8), (b"\0", -1)):
        with pytest.raises(ValueError):
            BitString(data, length)
