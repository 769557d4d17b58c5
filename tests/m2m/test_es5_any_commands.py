"""Any commands in any order: the card answers each, has exactly one enabled profile, and somewhere to fall back to."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from apdu import Command, StatusError
from euicc.m2m.commands import COMMANDS, execute
from euicc.m2m.conversation import Conversation
from euicc.m2m.isd_p import LifeCycle
from euicc.runtime import keys
from tests.m2m import commands
from tests.m2m.managed import (
    FIRST,
    ICCID,
    OTHER_ICCID,
    SECOND,
    THIRD,
    THIRD_ICCID,
    Managed,
    managed,
)
from tests.m2m.remembered import contents, is_one_of
from tests.m2m.test_es5_keys import NEW_KEYS, TOKEN_KEY, field, put_key

AIDS = (FIRST, SECOND, THIRD, SECOND[:14] + b"\x20\x00")
BY_AID = (
    commands.create,
    commands.enable,
    commands.disable,
    commands.set_fallback,
    commands.set_emergency,
    commands.delete,
    commands.personalize,
)
ORDERS = [command(aid) for command in BY_AID for aid in AIDS] + [
    *(commands.LIST_ALL, commands.LIST_NEXT, commands.MEMORY, commands.CERTIFICATE),
    *(commands.confirm(number) for number in range(1, 4)),
    commands.master_delete(SECOND, TOKEN_KEY),
    commands.addressing("A3048102" + "9121"),
    commands.finalise("010103", "400102"),
    put_key(0x02, *map(field, NEW_KEYS)),
]
RULES = (0x00, 0x01, 0x02, 0x04)


def check(here: Managed) -> None:
    """What holds whatever was sent."""
    isd_ps = here.isdr.isd_ps
    states = [isd_ps.state(isd_p) for isd_p in isd_ps.all()]
    assert states.count(LifeCycle.ENABLED) == 1
    fallback = isd_ps.by_aid(here.isdr.nvm.get(keys.FALLBACK_ATTRIBUTE) or b"")
    assert fallback is not None
    assert isd_ps.state(fallback) in (LifeCycle.DISABLED, LifeCycle.ENABLED)
    emergency = here.isdr.nvm.get(keys.EMERGENCY_ATTRIBUTE)
    assert emergency is None or (emergency != fallback.aid and isd_ps.by_aid(emergency) is not None)
    assert here.isdr.key_ring.key(0x01, 1) is not None


@given(
    orders=st.lists(st.lists(st.sampled_from(ORDERS), min_size=1, max_size=3), max_size=12),
    pol1=st.tuples(*[st.sampled_from(RULES)] * 3),
)
@settings(max_examples=40, deadline=None)
def test_any_orders_of_an_sm_sr(orders: list[list[str]], pol1: tuple[int, ...]) -> None:
    here = managed(ICCID, OTHER_ICCID, THIRD_ICCID, pol1=pol1)
    for script in orders:
        here.script(*script)
        check(here)
    here.handset.reset()
    check(here)


@given(
    ins=st.sampled_from(list(COMMANDS)),
    p1=st.integers(0, 255),
    p2=st.integers(0, 255),
    data=st.binary(max_size=60),
    target=st.sampled_from((None, SECOND, THIRD)),
)
@settings(max_examples=150, deadline=None)
def test_any_bytes(ins: int, p1: int, p2: int, data: bytes, target: bytes | None) -> None:
    answered(Command(0x80, ins, p1, p2, data), target)


@given(which=st.sampled_from(ORDERS), where=st.integers(0, 100), byte=st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_any_byte_changed(which: str, where: int, byte: int) -> None:
    command = Command.parse(bytes.fromhex(which))
    data = bytearray(command.data)
    if data:
        data[where % len(data)] = byte
    answered(Command(command.cla, command.ins, command.p1, command.p2, bytes(data)), None)


def answered(command: Command, target: bytes | None) -> None:
    """Carried out, or refused with a status word, and then nothing changed."""
    here = managed(ICCID, OTHER_ICCID)
    conversation = Conversation.secured_packet(True, True, 0x01)
    conversation.target = target
    before = contents(here)
    try:
        execute(here.isdr, conversation, command)
    except StatusError:
        assert not conversation.afterwards
        assert is_one_of(contents(here), before)
    for follow_up in conversation.afterwards:
        follow_up()
    here.handset.reset()
    check(here)
