"""Networks that the device prefers, avoids and searches (TS 31.102 4.2, TS 24.008 10.5.1.13)."""

from __future__ import annotations

from construct import Bytes, Int8ub, Int16ub, Int24ub, Struct

from apdu.ef.codec import Codec
from apdu.ef.digits import NO_PLMN
from apdu.ef.error import ContentError
from apdu.ef.shapes import (
    adapted,
    byte,
    data_objects,
    digits,
    flags,
    listed,
    network_address,
    one_object,
    one_of,
    plmn,
)

TECHNOLOGIES = {
    0x8000: "UTRAN",
    0x4000: "E-UTRAN",
    0x2000: "E-UTRAN WB-S1",
    0x1000: "E-UTRAN NB-S1",
    0x0800: "NG-RAN",
    0x0400: "satellite NG-RAN",
    0x0080: "GSM",
    0x0040: "GSM COMPACT",
    0x0020: "cdma2000 HRPD",
    0x0010: "cdma2000 1xRTT",
    0x0008: "EC-GSM-IoT",
    0x0004: "GSM without EC-GSM-IoT",
}
"""Access technology identifier, TS 31.102 4.2.5. E-UTRAN without a mode means both."""
SEARCH_UNIT = 6
"""Minutes that one step of EF.HPPLMN means."""
EVERYWHERE = (0x0000, 0xFFFE)
"""The location areas of EF.OPL that mean all of the network."""

technologies = flags(TECHNOLOGIES, Int16ub)
_NO_ENTRY = NO_PLMN + bytes(2)


def _search_interval(minutes: int) -> int:
    if minutes % SEARCH_UNIT:
        raise ContentError(f"{minutes} minutes are no multiple of {SEARCH_UNIT}")
    return minutes // SEARCH_UNIT


networks = Codec(listed(plmn, 3), erasable=False)
"""EF.FPLMN, EF.EHPLMN: `262-01`, None for a free place between others."""

networks_with_technology = Codec(
    listed(Struct("plmn" / plmn, "technologies" / technologies), 5, _NO_ENTRY), erasable=False
)
"""EF.PLMNwAcT, EF.OPLMNwAcT, EF.HPLMNwAcT, the preferred network first."""

last_technologies = Codec(listed(technologies, 2), erasable=False)
"""EF.RPLMNAcTD, TS 31.102 4.2.59a."""

search_interval = Codec(adapted(Int8ub, lambda steps: steps * SEARCH_UNIT, _search_interval))
"""EF.HPPLMN, TS 31.102 4.2.6: minutes between searches for a network of higher priority; 0 for none."""

equivalent_home_presentation = Codec(
    one_of({0: "no preference", 1: "only the one of highest priority", 2: "all"})
)
"""EF.EHPLMNPI, TS 31.102 4.2.87."""

last_network_selection = Codec(one_of({0: "last registered or home network", 1: "home network"}))
"""EF.LRPLMNSI, TS 31.102 4.2.88."""

operator_list = Codec(
    Struct("plmn" / plmn, "first_lac" / Int16ub, "last_lac" / Int16ub, "pnn_record" / Int8ub)
)
"""A record of EF.OPL, TS 31.102 4.2.59; D in the network is any digit; record 0: the name is another one's."""

operator_list_5g = Codec(
    Struct("plmn" / plmn, "first_tac" / Int24ub, "last_tac" / Int24ub, "pnn_record" / Int8ub)
)
"""A record of EF.OPL5G, TS 31.102 4.4.11.9."""

service_provider_display = Codec(one_object(0xA3, one_object(0x80, listed(plmn, 3))))
"""EF.SPDI, TS 31.102 4.2.66: networks where the name of the service provider is shown as at home."""

co_operative_networks = Codec(
    listed(Struct("plmn" / plmn, "network_subset" / byte, "service_provider" / byte, "corporate" / byte), 6),
    erasable=False,
)
"""EF.CNL, TS 31.102 4.2.50: networks for which a locked device is not locked."""

depersonalisation_keys = Codec(
    Struct(
        "network" / digits(4),
        "network_subset" / digits(4),
        "service_provider" / digits(4),
        "corporate" / digits(4),
    )
)
"""EF.DCK, TS 31.102 4.2.49: the keys that unlock a device."""

epdg_identifier = Codec(one_object(0x80, network_address))
"""EF.ePDGId, EF.ePDGIdEm, TS 31.102 4.2.102: address of the home ePDG."""

epdg_selection = Codec(
    one_object(
        0x80,
        listed(
            Struct(
                "plmn" / plmn,
                "priority" / Int16ub,
                "fqdn" / one_of({0: "operator identifier", 1: "location"}),
            ),
            6,
        ),
    )
)
"""EF.ePDGSelection, EF.ePDGSelectionEm, TS 31.102 4.2.104."""

public_warning = Codec(flags({1: "ignored in the home network", 2: "ignored in visited networks"}))
"""EF.PWS, TS 31.102 4.2.96."""

broadcast_control_channels = Codec(listed(Int16ub, 2), erasable=False)
"""EF.CPBCCH, TS 31.102 4.4.3.3: frequencies of COMPACT networks."""

nas_configuration = Codec(
    data_objects(
        {
            tag: (name, Bytes(1))
            for tag, name in {
                0x80: "nas_signalling_priority",
                0x81: "nmo_i_behaviour",
                0x82: "attach_with_imsi",
                0x83: "minimum_periodic_search_timer",
                0x84: "extended_access_barring",
                0x85: "timer_t3245_behaviour",
            }.items()
        }
    )
)
"""EF.NASCONFIG, TS 31.102 4.2.94: parameters of TS 24.368, as they stand; newer ones by their tags."""

CODECS = {
    "EF.FPLMN": networks,
    "EF.EHPLMN": networks,
    "EF.PLMNsel": networks,
    "EF.PLMNwAcT": networks_with_technology,
    "EF.OPLMNwAcT": networks_with_technology,
    "EF.HPLMNwAcT": networks_with_technology,
    "EF.RPLMNAcTD": last_technologies,
    "EF.HPPLMN": search_interval,
    "EF.EHPLMNPI": equivalent_home_presentation,
    "EF.LRPLMNSI": last_network_selection,
    "EF.OPL": operator_list,
    "EF.OPL5G": operator_list_5g,
    "EF.SPDI": service_provider_display,
    "EF.CNL": co_operative_networks,
    "EF.DCK": depersonalisation_keys,
    "EF.ePDGId": epdg_identifier,
    "EF.ePDGIdEm": epdg_identifier,
    "EF.ePDGSelection": epdg_selection,
    "EF.ePDGSelectionEm": epdg_selection,
    "EF.PWS": public_warning,
    "EF.PWS_SNPN": public_warning,
    "EF.CPBCCH": broadcast_control_channels,
    "EF.NASCONFIG": nas_configuration,
}
