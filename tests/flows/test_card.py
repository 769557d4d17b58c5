"""What every eUICC must do: run on the emulated card, and with `make test-card READER=...` on a physical one.

A physical card is only read, unless it may be changed (WRITE=1); what it lacks is skipped, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import pytest

from apdu import ApduChannel, Command, StatusError, Transport, aid, instruction, open_channel, status
from apdu.transport.pcsc import PcscTransport
from asn1.generated import rsp
from euicc import Card, eid
from euicc.crypto import curves
from euicc.testing.pki import Pki
from euicc.testing.smdp import SmDpPlus
from ipa.errors import IpaError
from ipa.lpa import Lpa
from tests.data import SGP26
from tests.flows.doors import Device
from tests.flows.in_process import InProcess
from tests.flows.life import ADDRESS, PROFILE, live

T = TypeVar("T")
GET_EID = bytes.fromhex("BF3E035C015A")
EF_ICCID = bytes.fromhex("2FE2")


@dataclass(frozen=True)
class Subject:
    """A card, and whether it may be changed."""

    transport: Transport
    may_write: bool

    def writable(self) -> Subject:
        if not self.may_write:
            pytest.skip("this changes the card: WRITE=1 allows it")
        return self


@pytest.fixture
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    reader = request.config.getoption("reader")
    if reader is None:
        yield Subject(Card.manufacture(pki=Pki.default()), True)
        return
    with PcscTransport(reader, exclusive=True) as transport:
        yield Subject(transport, request.config.getoption("write"))


@pytest.fixture
def lpa(subject: Subject) -> Iterator[Lpa]:
    with Lpa(subject.transport) as found:
        yield found


def or_skip(function: Callable[[], T]) -> T:
    """What the function gives, on a card that has it."""
    try:
        return function()
    except (StatusError, IpaError) as error:
        pytest.skip(f"this card does not: {error}")


# -- reading ----------------------------------------------------------------------------------------------------------


def test_it_answers_to_reset_the_same_each_time(subject: Subject) -> None:
    atr = subject.transport.reset()
    assert atr[:1] in (b"\x3b", b"\x3f")
    assert subject.transport.reset() == atr


def test_its_eid_has_check_digits(lpa: Lpa) -> None:
    assert eid.is_valid(eid.parse(lpa.eid()))


@pytest.mark.parametrize("le", [None, 256])
@pytest.mark.parametrize("block_size", [1, 3, 120, 255])
def test_blocks_of_any_size_with_and_without_le(subject: Subject, le: int | None, block_size: int) -> None:
    subject.transport.reset()
    with open_channel(subject.transport, le=le, block_size=block_size) as channel:
        channel.select(aid.ISD_R)
        assert channel.store_data(GET_EID)[:5] == bytes.fromhex("BF3E125A10")


def test_a_channel_with_a_given_number(subject: Subject) -> None:
    subject.transport.reset()
    with or_skip(lambda: open_channel(subject.transport, 2)) as channel:
        assert channel.select(aid.ISD_R, p2=4)[:1] == b"\x6f"


def test_two_channels_at_once(subject: Subject) -> None:
    subject.transport.reset()
    with (
        open_channel(subject.transport) as one,
        or_skip(lambda: open_channel(subject.transport)) as other,
    ):
        one.select(aid.ISD_R)
        or_skip(lambda: other.select(aid.ECASD))
        assert one.store_data(GET_EID)[:2] == b"\xbf\x3e"
        assert one.number != other.number


def test_a_reset_closes_the_channels(subject: Subject) -> None:
    subject.transport.reset()
    channel = open_channel(subject.transport)
    channel.select(aid.ISD_R)
    subject.transport.reset()
    answer = channel.send(Command(0x80, instruction.STORE_DATA, 0x91, 0, GET_EID))
    assert answer.sw == status.LOGICAL_CHANNEL_NOT_SUPPORTED


def test_what_it_says_of_itself(lpa: Lpa) -> None:
    brief, whole = lpa.info1(), lpa.info2()
    assert brief.svn == whole.svn
    assert set(brief.euicc_ci_pk_id_list_for_signing) == set(whole.euicc_ci_pk_id_list_for_signing)


def test_its_lists_can_be_read(lpa: Lpa) -> None:
    or_skip(lpa.addresses)
    or_skip(lpa.rules_authorisation_table)
    numbers = [each.seq_number for each in lpa.notifications()]
    assert numbers == sorted(set(numbers))
    enabled = [each for each in lpa.profiles() if each.profile_state == rsp.ProfileState.ENABLED]
    assert len(enabled) <= 1


def test_the_enabled_profile_is_the_one_in_its_files(subject: Subject) -> None:
    with some_profile(subject) as lpa:
        enabled = [each.iccid for each in lpa.profiles() if each.profile_state == rsp.ProfileState.ENABLED]
        if not enabled:
            pytest.skip("no profile is enabled")
        subject.transport.reset()
        basic = ApduChannel(subject.transport)
        basic.send(Command(0x00, instruction.SELECT, 0x00, 0x04, EF_ICCID, 256)).checked()
        content = basic.send(Command(0x00, instruction.READ_BINARY, 0, 0, le=10)).checked()
    assert content == enabled[0]


# -- changing ---------------------------------------------------------------------------------------------------------


def test_the_default_server_is_set_and_set_back(subject: Subject, lpa: Lpa) -> None:
    subject.writable()
    before = or_skip(lpa.addresses).default_dp_address or ""
    or_skip(lambda: lpa.set_default_dp_address(ADDRESS))
    try:
        assert lpa.addresses().default_dp_address == ADDRESS
    finally:
        lpa.set_default_dp_address(before)
    assert (lpa.addresses().default_dp_address or "") == before


def test_a_life_of_a_profile(subject: Subject, lpa: Lpa) -> None:
    device = Device(subject.writable().transport)
    if lpa.profiles():
        pytest.skip("there are profiles on the card: they stay as they are")
    live(device, SmDpPlus(known_issuer(lpa), ADDRESS))


def test_a_nickname_is_given_and_taken(subject: Subject) -> None:
    with some_profile(subject.writable()) as lpa:
        before = lpa.profiles()[0]
        iccid = before.iccid or b""
        lpa.set_nickname(iccid, "for a test")
        assert lpa.profiles()[0].profile_nickname == "for a test"
        lpa.set_nickname(iccid, before.profile_nickname or "")
        assert lpa.profiles()[0].profile_nickname == before.profile_nickname


@contextmanager
def some_profile(subject: Subject) -> Iterator[Lpa]:
    """With the profiles of the card; if it has none and may be changed, with an enabled one for the time being.

    Each LPA begins with a reset, so there is one at a time.
    """
    with Lpa(subject.transport) as lpa:
        if lpa.profiles() or not subject.may_write:
            yield lpa
            return
        server = SmDpPlus(known_issuer(lpa), ADDRESS)
    with Lpa(subject.transport, servers=InProcess(server)) as owner:
        owner.download(server.activation_code(server.order(PROFILE.package)))
        owner.enable(PROFILE.iccid)
        yield owner
    with Lpa(subject.transport, servers=InProcess(server)) as owner:
        owner.disable(PROFILE.iccid)
        owner.delete(PROFILE.iccid)
        owner.send_notifications()


def known_issuer(lpa: Lpa) -> Pki:
    """Certificates under a CI that the card trusts, as far as its private keys are public."""
    trusted = set(lpa.info1().euicc_ci_pk_id_list_for_verification)
    built_in = [Pki.default((curve,)) for curve in curves.ALL]
    public = [Pki.load(SGP26, (curve,)) for curve in curves.ALL] if SGP26.is_dir() else []
    for pki in (*built_in, *public):
        if trusted & set(pki.dp_auth):
            return pki
    pytest.skip("the card trusts no CI whose keys are public: no test server can serve it")
