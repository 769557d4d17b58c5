"""An operator writes files of an enabled profile over the air: through the card's ENVELOPE, with real packages too."""

from __future__ import annotations

from pathlib import Path

import pytest

from apdu import Command, instruction, tlv
from euicc.config import Config
from euicc.testing.ota import (
    Algorithm,
    Handset,
    KeySet,
    Protection,
    Script,
    parse_compact,
    parse_expanded,
    unpack,
)
from euicc.testing.ota.packet import Packet
from euicc.testing.ota.sms import Numbering, deliveries, envelope
from euicc.uicc.filesystem import Ef, FileKind
from euicc.uicc.uicc import Uicc
from tests.data import needs_ts48, ts48_packages
from tests.isdr.es10 import enable, open_isdr
from tests.isdr.installed import install
from tests.ota.scene import (
    CARD,
    IMSI,
    OTHER_IMSI,
    TAR_ISIM,
    TAR_UICC,
    TAR_USIM,
    Scene,
    card_with,
    content,
    imsi_update,
    scene,
)
from tests.ota.vectors import TS48_ENVELOPE, TS48_KEY, TS48_KEYS, TWO_EXECUTED, VECTORS

AES = TS48_KEYS
TRIPLE_DES = KeySet(1, TS48_KEY, TS48_KEY, Algorithm.TRIPLE_DES_2)
BY_SUBMIT = Protection(by_submit=True)
EF_LI = bytes.fromhex("2F05")
EF_ADN = bytes.fromhex("7F106F3A")
GET_RESPONSE = Command(0x00, instruction.GET_RESPONSE, 0, 0, le=256)
RESET, FILE_CHANGE = 0x04, 0x01


def test_the_envelope_of_others_updates_the_imsi_and_is_answered_with_their_bytes() -> None:
    card = card_with()
    vector = VECTORS["TS.48, counter higher"]
    assert content(card) != OTHER_IMSI
    handset = Handset(card)
    assert handset.transmit(Command.parse(TS48_ENVELOPE)).data == b""
    assert content(card) == OTHER_IMSI
    assert handset.user_data_sent() == [vector.response]
    assert content_seen_by_the_terminal(handset) == OTHER_IMSI


def content_seen_by_the_terminal(handset: Handset) -> bytes:
    usim = bytes.fromhex("A0000000871002")
    handset.transmit(Command(0x00, instruction.SELECT, 0x04, 0x0C, usim))
    handset.transmit(Command(0x00, instruction.SELECT, 0x00, 0x0C, IMSI.to_bytes(2, "big")))
    return handset.transmit(Command(0x00, instruction.READ_BINARY, 0, 0, le=9)).checked()


def test_a_response_in_the_delivery_report() -> None:
    here = scene()
    delivery = here.pack(TAR_USIM, imsi_update())
    (tpdu,) = delivery.tpdus
    waiting = here.envelope(envelope(tpdu))
    assert (waiting.sw1, waiting.data) == (0x61, b"")
    report = here.envelope(GET_RESPONSE).checked()
    assert len(report) == waiting.sw2
    response = delivery.response(report)
    assert (response.status, response.data) == (0, TWO_EXECUTED)
    assert here.handset.commands == []


@pytest.mark.parametrize("keys", [AES, TRIPLE_DES], ids=["AES", "triple DES"])
@pytest.mark.parametrize("protection", [Protection(), BY_SUBMIT], ids=["report", "submit"])
def test_both_key_sets_and_both_ways_of_answering(keys: KeySet, protection: Protection) -> None:
    here = scene(keys=keys)
    response = here.send(TAR_USIM, imsi_update(), protection)
    assert parse_compact(response.data).sw == 0x9000
    assert content(here.card) == OTHER_IMSI


def test_what_was_written_stays_over_a_reset() -> None:
    here = scene()
    here.send(TAR_USIM, imsi_update())
    here.handset.reset()
    assert content(here.card) == OTHER_IMSI


def test_a_script_of_several_messages() -> None:
    here = scene()
    script = Script()
    for number in range(1, 9):
        script.update_record((0x6F3A,), number, bytes([number]) * adn_length(here))
    delivery = here.pack(TAR_UICC, Script().select((0x3F00, 0x7F10)).compact() + script.compact())
    assert len(delivery.tpdus) > 2
    reports = [here.handset.deliver(tpdu) for tpdu in delivery.tpdus]
    assert reports[:-1] == [b""] * (len(reports) - 1)
    result = parse_compact(delivery.response(reports[-1]).data)
    assert (result.executed, result.sw) == (17, 0x9000)
    assert content(here.card, EF_ADN)[: adn_length(here)] == b"\x01" * adn_length(here)


def adn_length(here: Scene) -> int:
    ef = here.card.uicc.running.profile.filesystem.by_package_path(EF_ADN)
    assert isinstance(ef, Ef)
    return ef.body.record_length


def test_reading_over_the_air() -> None:
    here = scene()
    response = here.send(TAR_USIM, Script().read_binary((IMSI,), 9).compact())
    assert parse_compact(response.data).data == content(here.card)
    script = Script().read_binary((IMSI,), 9).read_binary((0x3F00, 0x2F05), 2)
    (_, (imsi, _), _, (language, _)) = parse_expanded(
        here.send(TAR_USIM, script.expanded(indefinite=True)).data
    ).responses
    assert (imsi, language) == (content(here.card), content(here.card, EF_LI)[:2])


def test_each_instance_begins_in_its_directory() -> None:
    here = scene()
    select_by_fid = Script().select((IMSI,)).compact()
    assert parse_compact(here.send(TAR_USIM, select_by_fid).data).sw == 0x9000
    assert parse_compact(here.send(TAR_UICC, select_by_fid).data).sw == 0x6A82
    impi = Script().select((0x6F02,)).compact()
    assert parse_compact(here.send(TAR_ISIM, impi).data).sw == 0x9000
    assert parse_compact(here.send(TAR_USIM, impi).data).sw == 0x6A82
    by_aid = Script().select_application(bytes.fromhex("A0000000871002")).select((IMSI,)).compact()
    assert parse_compact(here.send(TAR_UICC, by_aid).data).sw == 0x9000
    nobody = Script().select_application(bytes.fromhex("A0000000871009")).compact()
    assert parse_compact(here.send(TAR_UICC, nobody).data).sw == 0x6A82


def test_a_script_and_the_terminal_do_not_see_each_other() -> None:
    here = scene()
    terminal = here.handset.transmit
    terminal(Command(0x00, instruction.SELECT, 0x00, 0x0C, EF_LI))
    here.send(TAR_USIM, Script().select((IMSI,)).compact())
    assert terminal(Command(0x00, instruction.READ_BINARY, 0, 0, le=2)).successful
    before = Command(0x80, instruction.STATUS, 0, 1, le=256)
    assert terminal(before).sw == 0x6985
    # The next script begins anew, too.
    read = Script().add(0x00, instruction.READ_BINARY, 0, 0, le=9).compact()
    assert parse_compact(here.send(TAR_USIM, read).data).sw == 0x6986


@pytest.mark.parametrize(
    ("protection", "order"),
    [(Protection(), [0x01]), (BY_SUBMIT, [0x13, 0x01])],
    ids=["report", "submit"],
)
def test_refresh_comes_after_the_response(protection: Protection, order: list[int]) -> None:
    here = scene()
    script = Script().update_binary((IMSI,), OTHER_IMSI).refresh(RESET)
    response = here.send(TAR_USIM, script.expanded(), protection)
    assert parse_expanded(response.data).sw == 0x9000
    assert [command_type(command) for command in here.handset.commands] == order
    assert here.handset.commands[-1].hex() == "d0098103010104" + "82028182"


def command_type(command: bytes) -> int:
    return command[command.index(b"\x81\x03") + 3]


def test_refresh_with_files() -> None:
    here = scene()
    script = Script().update_binary((IMSI,), OTHER_IMSI)
    script.refresh(FILE_CHANGE, [(0x3F00, 0x7FFF, IMSI)])
    here.send(TAR_USIM, script.expanded())
    (command,) = here.handset.commands
    assert command.hex() == "d0128103010101" + "82028182" + "9207013f007fff6f07"


def test_the_response_is_out_before_refresh_is_announced() -> None:
    here = scene()
    script = Script().update_binary((IMSI,), OTHER_IMSI).refresh(RESET)
    (tpdu,) = here.pack(TAR_USIM, script.expanded()).tpdus
    assert here.envelope(envelope(tpdu)).sw1 == 0x61
    assert here.envelope(GET_RESPONSE).sw == 0x910B


def test_no_refresh_for_a_terminal_that_does_not_know_it() -> None:
    here = scene(profile=b"\xff\xff\x7f" + b"\xff" * 17)
    script = Script().update_binary((IMSI,), OTHER_IMSI).refresh(RESET)
    result = parse_expanded(here.send(TAR_USIM, script.expanded()).data)
    assert (result.sw, result.action) == (0x9000, 1)
    assert here.handset.commands == []


def test_without_terminal_profile_the_script_runs_all_the_same() -> None:
    here = scene(profile=None)
    assert parse_compact(here.send(TAR_USIM, imsi_update()).data).sw == 0x9000


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (0x01, "d0208103010101" + "82028182" + "9207013f007fff6f07" + "af0ca0000000871002ff49ff0589"),
        (0x04, "d0098103010104" + "82028182"),
    ],
)
def test_a_product_that_refreshes_after_each_update(mode: int, expected: str) -> None:
    here = scene(config=Config(refresh_after_update=mode))
    here.send(TAR_USIM, Script().select((IMSI,)).compact())
    assert here.handset.commands == []
    here.send(TAR_USIM, imsi_update())
    assert [command.hex() for command in here.handset.commands] == [expected]


def every_file_written(uicc: Uicc) -> Script:
    """Each EF of the USIM gets the content that it has."""
    script = Script()
    adf = next(iter(uicc.profile.filesystem.adfs.values()))
    for fid, file in adf.children.items():
        if isinstance(file, Ef) and file.kind is FileKind.TRANSPARENT:
            script.update_binary((fid,), uicc.content(file)[:1])
        elif isinstance(file, Ef) and file.kind is FileKind.LINEAR_FIXED:
            script.update_record((fid,), 1, uicc.record(file, 1))
    return script


def test_a_long_list_of_files_becomes_all_files() -> None:
    here = scene(config=Config(refresh_after_update=0x01))
    script = every_file_written(here.card.uicc.running)
    here.send(TAR_USIM, script.expanded(indefinite=True))
    refreshes = [command for command in here.handset.commands if command_type(command) == 0x01]
    assert [command[command.index(b"\x81\x03") + 4] for command in refreshes] == [0x00]


def keys_of(here: Scene, version: int, algorithm: Algorithm) -> KeySet:
    """What the package says: versions 2 and 3 of TS.48 have other keys than those after them."""
    (domain, *_) = here.card.uicc.running.profile.security_domains
    values = {key.identifier: key.components[0].data for key in domain.keys if key.version == version}
    return KeySet(version, values[1], values[2], algorithm)


@needs_ts48
@pytest.mark.parametrize("path", ts48_packages(), ids=lambda path: str(path.stem))
def test_real_packages(path: Path) -> None:
    here = scene(path.read_bytes())
    before = content(here.card)
    for version, algorithm in ((1, Algorithm.TRIPLE_DES_2), (2, Algorithm.AES)):
        here.platform.register(CARD, keys_of(here, version, algorithm))
        for protection in (Protection(), BY_SUBMIT):
            response = here.send(TAR_USIM, imsi_update(OTHER_IMSI), protection)
            assert response.data == TWO_EXECUTED
            assert content(here.card) == OTHER_IMSI
            assert here.send(TAR_USIM, imsi_update(before), protection).data == TWO_EXECUTED


@needs_ts48
@pytest.mark.parametrize("path", ts48_packages(), ids=lambda path: str(path.stem))
def test_the_packets_of_others_on_real_packages(path: Path) -> None:
    here = scene(path.read_bytes())
    if keys_of(here, 2, Algorithm.AES) != TS48_KEYS:
        pytest.skip("the packets were made with the keys of later versions")
    here.handset.transmit(Command.parse(TS48_ENVELOPE))
    assert content(here.card) == OTHER_IMSI
    assert here.handset.user_data_sent() == [VECTORS["TS.48, counter higher"].response]
    vector = VECTORS["TS.48, checksum only"]
    (tpdu,) = deliveries(vector.command, "+491771234567", Numbering(1))
    here.handset.deliver(tpdu)
    sent = Packet(vector.command, Protection.of(vector.spi), TS48_KEYS, vector.tar, vector.counter)
    assert unpack(here.handset.user_data_sent()[-1], sent).data == TWO_EXECUTED


def test_an_empty_script() -> None:
    assert scene().send(TAR_USIM, b"").data == bytes.fromhex("009000")


def test_what_a_profile_wants_to_send_goes_with_it() -> None:
    """A response that waits for FETCH is not sent through the network of the profile that is enabled next."""
    here = scene()
    install(here.card, 2)
    by_message = here.pack(TAR_USIM, imsi_update(), Protection(by_submit=True))
    assert here.envelope(envelope(by_message.tpdus[0])).sw1 == 0x91
    isdr = open_isdr(here.card)
    assert isdr.proactive_pending
    isdr.store_data(enable(2, refresh=False))
    assert not isdr.proactive_pending
    assert here.envelope(Command(0x80, instruction.FETCH, 0, 0, le=256)).sw == 0x6985


@pytest.mark.parametrize("switched", [True, False])
def test_a_response_of_several_messages_ends_with_its_profile(switched: bool) -> None:
    here = scene()
    install(here.card, 2)
    script = Script().read_binary((0x6F60,), 250)
    by_message = here.pack(TAR_USIM, script.expanded(), Protection(by_submit=True))
    announced = [here.envelope(envelope(tpdu)).sw for tpdu in by_message.tpdus][-1]
    fetched = here.envelope(Command(0x80, instruction.FETCH, 0, 0, le=announced & 0xFF)).checked()
    if switched:
        open_isdr(here.card).store_data(enable(2, refresh=False))
    done = tlv.encode(0x81, tlv.parse(fetched).children()[0].value) + bytes.fromhex("82028281" + "830100")
    answer = here.envelope(Command(0x80, instruction.TERMINAL_RESPONSE, 0, 0, done))
    assert answer.sw1 == (0x90 if switched else 0x91)
