"""The access rules of a test profile: EF_ARR record n holds rule n, as the templates of the TCA number them.

An EF refers to its rule by the record number in the EF_ARR of its directory.
"""

from __future__ import annotations

from apdu import tlv

READ, UPDATE, DEACTIVATE, ACTIVATE, DELETE = 0x01, 0x02, 0x08, 0x10, 0x40
ADMINISTER = DEACTIVATE | ACTIVATE | DELETE
CREATE_EF, CREATE_DF = 0x02, 0x04
INCREASE = 0x32

MF_ARR = 0x2F06
DF_ARR = 0x6F06


def _user_authentication(reference: int) -> bytes:
    verified = b"\x08"
    return tlv.encode(0xA4, tlv.encode(0x83, bytes([reference])), tlv.encode(0x95, verified))


ALWAYS = tlv.encode(0x90)
NEVER = tlv.encode(0x97)
PIN1 = _user_authentication(0x01)
PIN2 = _user_authentication(0x81)
ADM1 = _user_authentication(0x0A)


def _rule(*parts: tuple[int, bytes]) -> bytes:
    return b"".join(tlv.encode(0x80, bytes([access])) + condition for access, condition in parts)


# Names say who may read and who may update; ADM1 administers except where the name says more.
ALWAYS_PIN1 = 1
PIN1_ADM1 = 2
ADM1_ADM1 = 3
ALWAYS_NEVER = 4
PIN1_PIN1 = 5
PIN1_NEVER_ACTIVATE_PIN1 = 6
PIN1_PIN1_INCREASE = 7
PIN1_PIN2 = 8
ALWAYS_PIN1_ACTIVATE_PIN1 = 9
ALWAYS_ADM1 = 10
ALWAYS_NEVER_NO_DELETE = 11
PIN1_NEVER = 12
PIN1_PIN1_ACTIVATE_PIN1 = 13
DIRECTORY = 14

RULES: dict[int, bytes] = {
    ALWAYS_PIN1: _rule((READ, ALWAYS), (UPDATE, PIN1), (ADMINISTER, ADM1)),
    PIN1_ADM1: _rule((READ, PIN1), (UPDATE | ADMINISTER, ADM1)),
    ADM1_ADM1: _rule((READ | UPDATE | ADMINISTER, ADM1)),
    ALWAYS_NEVER: _rule((READ, ALWAYS), (UPDATE | DEACTIVATE | ACTIVATE, NEVER), (DELETE, ADM1)),
    PIN1_PIN1: _rule((READ | UPDATE, PIN1), (ADMINISTER, ADM1)),
    PIN1_NEVER_ACTIVATE_PIN1: _rule((READ | ACTIVATE, PIN1), (UPDATE | DEACTIVATE | DELETE, ADM1)),
    PIN1_PIN1_INCREASE: _rule((READ | UPDATE, PIN1), (ADMINISTER, ADM1))
    + tlv.encode(0x84, bytes([INCREASE]))
    + PIN1,
    PIN1_PIN2: _rule((READ, PIN1), (UPDATE, PIN2), (ADMINISTER, ADM1)),
    ALWAYS_PIN1_ACTIVATE_PIN1: _rule((READ, ALWAYS), (UPDATE | DEACTIVATE | ACTIVATE, PIN1), (DELETE, ADM1)),
    ALWAYS_ADM1: _rule((READ, ALWAYS), (UPDATE | ADMINISTER, ADM1)),
    ALWAYS_NEVER_NO_DELETE: _rule((READ, ALWAYS), (DEACTIVATE | ACTIVATE, ADM1), (UPDATE | DELETE, NEVER)),
    PIN1_NEVER: _rule((READ, PIN1), (UPDATE | ADMINISTER, NEVER)),
    PIN1_PIN1_ACTIVATE_PIN1: _rule((READ | UPDATE | ACTIVATE, PIN1), (DEACTIVATE | DELETE, ADM1)),
    DIRECTORY: _rule((CREATE_EF | CREATE_DF | ADMINISTER, ADM1)),
}
RECORD_LENGTH = max(map(len, RULES.values()))


def records() -> list[bytes]:
    """The records of every EF_ARR of a test profile."""
    return [RULES[number] for number in sorted(RULES)]
