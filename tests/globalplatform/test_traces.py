"""What a trace shows of a conversation with a security domain, and what it hides."""

from __future__ import annotations

from apdu import Trace, tlv
from euicc.testing.scp03 import Scp03Host
from euicc.traces.interpreter import entries
from euicc.traces.text import lines
from tests.globalplatform.cards import HOST, card_with, package
from tests.globalplatform.test_put_key import NEW, aes_field, command
from tests.globalplatform.test_store_data import OPC, K, network_keys, store
from tests.traces.lives import recorder


def recorded() -> Trace:
    """A session without secure messaging: everything travels in clear."""
    record = recorder(card_with(package()))
    record.transmit(bytes.fromhex("00A4040008A00000015100000000"))
    Scp03Host(record.transmit, HOST).open(0x00)
    opc = tlv.encode(0x82, OPC)
    name = tlv.encode(0x42, b"name")
    mixed = store(name + bytes.fromhex(network_keys(opc))[5:])
    for each in (
        "80F24002024F0000",
        command(0, 0x81, 0x33, *map(aes_field, NEW)),
        store(name),
        network_keys(opc),
        mixed,
    ):
        record.transmit(bytes.fromhex(each))
    return record.trace


def test_names_and_secrets() -> None:
    shown = list(lines(entries(recorded()), raw=True))
    whole = "\n".join(shown)
    for name in ("INITIALIZE UPDATE", "EXTERNAL AUTHENTICATE", "GET STATUS", "PUT KEY", "STORE DATA"):
        assert any(name in line for line in shown)
    for secret in (K, OPC, aes_field(NEW[0])[3:19]):
        assert secret.hex().upper() not in whole
    assert b"name".hex().upper() in whole
    plain = "\n".join(lines(entries(recorded(), unmasked=True), raw=True))
    assert K.hex().upper() in plain


def test_the_status_of_the_uicc_is_still_status() -> None:
    record = recorder(card_with(package()))
    record.transmit(bytes.fromhex("80F2000000"))
    assert any("STATUS MF" in line for line in lines(entries(record.trace)))
