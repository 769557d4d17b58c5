"""READ BINARY and READ RECORD, bytes in and bytes out (TS 102 221 11.1.3, 11.1.5)."""

from __future__ import annotations

from tests.uicc.handmade import CONTENT, Channel, channel, profile


def usim_file(fid: str) -> Channel:
    card = channel().usim()
    card("00A4000C02" + fid)
    return card


def test_read_binary() -> None:
    card = usim_file("6F07")
    assert card("00B0000009") == "0809101010325406369000"
    assert card("00B0000102") == "09109000"
    assert card("00B0000000") == "0809101010325406369000"  # Le 00: all there is
    assert card("00B00000") == "0809101010325406369000"
    assert card("00B0000500") == "325406369000"


def test_read_binary_wrong_le_and_offset() -> None:
    card = usim_file("6F07")
    assert card("00B000000A") == "6C09"
    assert card("00B00000FF") == "6C09"
    assert card("00B0000805") == "6C01"
    assert card("00B0000900") == "6B00"
    assert card("00B07FFF01") == "6B00"
    assert card("00B0000001 00") == "6700"


def test_read_binary_of_a_long_file() -> None:
    card = usim_file("6FC4")
    assert card("00B0000000") == CONTENT[:256].hex().upper() + "9000"
    assert card("00B0010000") == CONTENT[256:].hex().upper() + "9000"
    assert card("00B001F020") == "6C10"
    assert card("00B00000000000") == CONTENT.hex().upper() + "9000"
    assert card("00B00000000200") == CONTENT.hex().upper() + "9000"
    assert card("00B00000000201") == CONTENT.hex().upper() + "6282"
    assert card("00B00180000201") == "6C80"


def test_read_binary_by_sfi() -> None:
    card = channel().usim()
    assert card("00B0000001") == "6986"
    assert card("00B0870009") == "0809101010325406369000"
    assert card("00B0000001") == "089000"  # the EF is current now
    assert card("00B0870801") == "369000"
    assert card("00B0820001") == "6A82"
    assert card("00B0A70001") == "6A86"
    assert card("00B0000001") == "089000"


def test_read_binary_of_another_structure() -> None:
    assert usim_file("6F3B")("00B0000001") == "6981"
    assert usim_file("6F80")("00B0000001") == "6981"
    assert usim_file("6FF8")("00B0000001") == "6981"


def test_read_record_absolute() -> None:
    card = usim_file("6F3B")
    assert card("00B2010404") == "010101019000"
    assert card("00B2030400") == "030303039000"
    assert card("00B2040404") == "6A83"
    assert card("00B2000404") == "6A83"  # no current record yet
    assert card("00B2010405") == "6C04"
    assert card("00B2010401") == "6C04"
    assert card("00B2FF0404") == "6A83"


def test_read_record_next_and_previous() -> None:
    card = usim_file("6F3B")
    assert card("00B2000204") == "010101019000"
    assert card("00B2000205") == "6C04"  # a refused read does not move the pointer
    assert card("00B2000204") == "020202029000"
    assert card("00B2000404") == "020202029000"
    assert card("00B2010404") == "010101019000"  # absolute does not move it either
    assert card("00B2000204") == "030303039000"
    assert card("00B2000204") == "6A83"
    assert card("00B2000304") == "020202029000"
    card("00A4000C02 6F3B")
    assert card("00B2000304") == "030303039000"  # SELECT cleared the pointer: previous is the last


def test_read_record_of_a_cyclic_file_goes_round() -> None:
    card = usim_file("6F80")
    assert [card("00B2000205") for _ in range(4)] == [f"{n:02X}" * 5 + "9000" for n in (1, 2, 3, 1)]
    assert card("00B2000305") == "0303030303" + "9000"
    assert card("00B2000305") == "0202020202" + "9000"


def test_read_record_by_sfi() -> None:
    card = channel().usim()
    assert card("00B2010404") == "6986"
    assert card("00B202A405") == "02020202029000"
    assert card("00B2000205") == "01010101019000"
    assert card("00B200A205") == "02020202029000"  # the SFI of the current EF keeps its pointer
    assert card("00B201CC05") == "6A82"
    assert card("00B2013C01") == "6981"


def test_next_and_previous_do_not_look_at_p1() -> None:
    card = usim_file("6F3B")
    first, second = card("00B2010404"), card("00B2020404")
    assert first != second
    assert [card("00B2FF0204"), card("00B2010204"), card("00B2020304")] == [first, second, first]


def test_read_record_wrong_parameters() -> None:
    card = usim_file("6F3B")
    assert card("00B2010004") == "6A86"
    assert card("00B2010504") == "6A86"
    assert card("00B2010401 00") == "6700"


def test_read_record_of_another_structure() -> None:
    assert usim_file("6F07")("00B2010409") == "6981"
    assert usim_file("6FF8")("00B2010409") == "6981"


def test_access_rules() -> None:
    assert usim_file("6F08")("00B0000021") == "6982"  # ADM1
    assert usim_file("6F37")("00B0000001") == "6982"  # PIN2, enabled
    assert usim_file("6F47")("00B0000001") == "6982"  # the EF_ARR has no such record
    assert channel().usim()("00B0880021") == "6982"


def test_a_refused_read_by_sfi_leaves_the_current_ef() -> None:
    card = usim_file("6F07")
    assert card("00B0880021") == "6982"
    assert card("00B0000001") == "089000"


def test_pin1_enabled_closes_what_it_protects() -> None:
    card = channel(profile(pin1=0x07)).usim()
    assert card("00B0870009") == "6982"
    assert card("00B202A405") == "6982"
    assert card("00A4000C02 6FC4") == "9000"
    assert card("00B0000001") == "009000"


def test_local_pin_disabled_opens() -> None:
    card = channel(profile(pin2=0x02)).usim()
    card("00A4000C02 6F37")
    assert card("00B0000001") == "019000"


def test_deactivated_by_sfi() -> None:
    assert channel().usim()("00B0910001") == "6985"
