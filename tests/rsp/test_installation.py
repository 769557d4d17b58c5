"""ES10b.LoadBoundProfilePackage: the order of the pieces, and what a right package leads to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import StatusError, tlv
from asn1.generated import rsp
from euicc.crypto import curves, ecdsa
from euicc.crypto.certificates import Certificate
from euicc.crypto.curves import Curve
from tests.rsp.contents import contents, profile
from tests.rsp.device import device
from tests.rsp.flawed import mac_flipped
from tests.rsp.server import ADDRESS, TRANSACTION_ID
from tests.rsp.server import pieces as bound_pieces


@pytest.mark.parametrize("tag", [0xA0, 0xA1, 0xA2, 0xA3, 0x86, 0x87, 0x88, 0xBF23, 0xBF36])
def test_no_piece_is_taken_without_a_session(tag: int) -> None:
    side = device()
    with pytest.raises(StatusError) as refusal:
        side.send(tlv.encode(tag, b"\x87\x01\x00"))
    assert refusal.value.sw == 0x6985


@pytest.mark.parametrize("order", [(0, 2), (0, 1, 4), (0, 1, 2, 4), (0, 0), (0, 1, 1)])
def test_a_piece_at_the_wrong_moment_is_refused_and_nothing_is_lost(order: tuple[int, ...]) -> None:
    side = device()
    pieces = side.bind(side.prepared(), contents())
    for index in order[:-1]:
        assert side.send(pieces[index]) == b""
    with pytest.raises(StatusError) as refusal:
        side.send(pieces[order[-1]])
    assert refusal.value.sw == 0x6985
    rest = pieces[len(order) - 1 :]
    assert side.load(rest).profile_installation_result_data.final_result.success_result is not None


@pytest.mark.parametrize("sent", [0, 1, 2, 3, 8])
def test_initialise_secure_channel_by_itself_is_never_the_moment(sent: int) -> None:
    side = device()
    otpk = side.prepared()
    pieces = side.bind(otpk, contents())
    for piece in pieces[:sent]:
        assert side.send(piece) == b""
    with pytest.raises(StatusError) as refusal:
        side.send(side.server.initialise_secure_channel(otpk))
    assert refusal.value.sw == 0x6985
    assert side.load(pieces[sent:]).profile_installation_result_data.final_result.success_result is not None


def test_a_tag_that_no_package_has_is_6a88() -> None:
    side = device()
    side.send(side.bind(side.prepared(), contents())[0])
    with pytest.raises(StatusError) as refusal:
        side.send(b"\x85\x01\x00")
    assert refusal.value.sw == 0x6A88


# --- success


@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
@pytest.mark.parametrize("replaced", [False, True], ids=["session keys", "replaced keys"])
def test_an_installation_succeeds(curve: Curve, replaced: bool) -> None:
    side = device(curve)
    certificate = Certificate.parse(side.authenticated().euicc_certificate)
    session_keys = (bytes(range(16)), bytes(range(1, 17)), bytes(range(2, 18))) if replaced else None
    result = side.install(replace(contents(), session_keys=session_keys))
    data = result.profile_installation_result_data
    assert ecdsa.verify(certificate.public_key, result.euicc_sign_pir, data.encoded)
    assert (data.transaction_id, data.smdp_oid) == (TRANSACTION_ID, "2.999.10")
    success = data.final_result.success_result
    assert success is not None
    assert success.sima_response == bytes.fromhex("3007A0053003800100")
    (installed,) = side.profiles()
    assert installed.isdp_aid == success.aid == bytes.fromhex("A0000005591010FFFFFFFF8900001000")
    assert installed.iccid == profile().iccid_bytes
    assert installed.profile_state == rsp.ProfileState.DISABLED


def test_the_result_and_one_notification_for_each_other_address_are_kept() -> None:
    side = device()
    result = side.install(contents())
    kept = side.notifications()
    assert [(each.seq_number, each.notification_address) for each in kept] == [
        (1, ADDRESS),
        (2, "other.example.com"),
    ]
    pending = rsp.RetrieveNotificationsListResponse.decode(side.send(b"\xbf\x2b\x00")).notification_list or ()
    assert pending[0].profile_installation_result == result
    assert pending[1].other_signed_notification is not None


def test_the_one_time_key_is_gone_after_an_installation() -> None:
    side = device()
    otpk = side.prepared()
    side.load(side.bind(otpk, contents()))
    assert side.prepared(bpp_euicc_otpk=otpk) != otpk


def test_after_a_refusal_the_same_key_serves_the_retry() -> None:
    side = device()
    otpk = side.prepared()
    broken = side.bind(otpk, contents())
    side.load([*broken[:-1], mac_flipped(broken[-1])])
    assert side.prepared(bpp_euicc_otpk=otpk) == otpk
    assert side.load(side.bind(otpk, contents())).profile_installation_result_data.final_result.success_result


@pytest.mark.parametrize("size", [1, 700, 100_000])
def test_it_does_not_matter_how_the_device_cuts_the_parts(size: int) -> None:
    """Parts and segments joined: the header and BF23, then everything else in pieces that end between TLVs."""
    side = device()
    pieces = side.bind(side.prepared(), contents())
    joined = [pieces[0]]
    for piece in pieces[1:]:
        if len(joined) > 1 and len(joined[-1]) < size:
            joined[-1] += piece
        else:
            joined.append(piece)
    assert side.load(joined).profile_installation_result_data.final_result.success_result is not None


def test_segments_longer_than_a_server_may_make_are_taken() -> None:
    """Some servers cut at 1008 plaintext bytes, which gives segments of 1036."""
    side = device()
    made = contents()
    otpk = side.prepared()
    stream = side.server.stream(otpk, side.card.identity.eid)
    parts = [made.package[at : at + 1008] for at in range(0, len(made.package), 1008)]
    commands = tlv.encode(0xA0, stream.protect(0x87, made.configure_isdp, encrypt=True))
    described = [stream.protect(0x88, made.metadata, encrypt=False)]
    protected = [stream.protect(0x86, part, encrypt=True) for part in parts]
    first = side.server.initialise_secure_channel(otpk)
    assert len(protected[0]) == 1036
    result = side.load(bound_pieces(first, commands, described, b"", protected))
    assert result.profile_installation_result_data.final_result.success_result is not None


def test_two_seeded_cards_answer_byte_by_byte_the_same() -> None:
    assert device().install(contents()).encoded == device().install(contents()).encoded
