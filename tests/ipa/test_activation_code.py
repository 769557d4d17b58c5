from __future__ import annotations

import pytest

from ipa.activation_code import ActivationCode
from ipa.errors import InvalidActivationCode

FULL = ActivationCode("SMDP.GSMA.COM", "04386-AGYFT-A74Y8-3F815", "1.3.6.1.4.1.31746", True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LPA:1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815$1.3.6.1.4.1.31746$1", FULL),
        ("1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815$1.3.6.1.4.1.31746$1", FULL),
        (
            "1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815$$1",
            ActivationCode("SMDP.GSMA.COM", "04386-AGYFT-A74Y8-3F815", None, True),
        ),
        (
            "1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815$1.3.6.1.4.1.31746",
            ActivationCode("SMDP.GSMA.COM", "04386-AGYFT-A74Y8-3F815", "1.3.6.1.4.1.31746"),
        ),
        (
            "1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815",
            ActivationCode("SMDP.GSMA.COM", "04386-AGYFT-A74Y8-3F815"),
        ),
        ("1$smdp.gsma.com$$1.3.6.1.4.1.31746", ActivationCode("smdp.gsma.com", "", "1.3.6.1.4.1.31746")),
        ("lpa:1$127.0.0.1:8443$", ActivationCode("127.0.0.1:8443")),
        ("  LPA:1$a$B$$0 \n", ActivationCode("a", "B")),
        ("LPA:1$a$B$$1$later$fields", ActivationCode("a", "B", None, True)),
    ],
)
def test_what_the_fields_say(text: str, expected: ActivationCode) -> None:
    assert ActivationCode.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "LPA:",
        "LPA:1",
        "LPA:1$",
        "1$smdp.gsma.com",
        "LPA:2$smdp.gsma.com$TOKEN",
        "2$smdp.gsma.com$TOKEN",
        "LPA:1$$TOKEN",
        "LPA:1$smdp gsma com$TOKEN",
        "LPA:1$smdp.gsma.com/path$TOKEN",
        "LPA:1$smdp.gsma.com$TO KEN",
        "LPA:1$smdp.gsma.com$TOKEN$oid",
        "LPA:1$smdp.gsma.com$TOKEN$$yes",
        "LPA:1$smdp.gsma.com$" + "A" * 240,
        "https://smdp.gsma.com",
    ],
)
def test_what_is_no_activation_code(text: str) -> None:
    with pytest.raises(InvalidActivationCode, match="not an activation code"):
        ActivationCode.parse(text)


@pytest.mark.parametrize("code", [FULL, ActivationCode("a"), ActivationCode("a", "B", None, True)])
def test_printed_and_read_again(code: ActivationCode) -> None:
    assert ActivationCode.parse(str(code)) == code
    assert str(ActivationCode("a", "B")) == "LPA:1$a$B"
