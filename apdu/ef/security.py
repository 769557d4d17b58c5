"""Keys and security contexts that the device keeps on the card (TS 31.102 4.2 and 4.4)."""

from __future__ import annotations

from construct import Bytes, GreedyBytes, Int8ub, Int32ub, Prefixed, Struct

from apdu.ef.codec import Codec
from apdu.ef.shapes import data_objects, one_object, utf8

ciphering_and_integrity = Codec(Struct("ksi" / Int8ub, "ck" / Bytes(16), "ik" / Bytes(16)))
"""EF.Keys, EF.KeysPS, TS 31.102 4.2.3; KSI 7: there is no key."""

gsm_ciphering = Codec(Struct("kc" / Bytes(8), "cksn" / Int8ub))
"""EF.Kc, EF.KcGPRS, TS 31.102 4.4.3.1."""

evolved_context = Codec(
    one_object(
        0xA0,
        data_objects(
            {
                0x80: ("ksi", Int8ub),
                0x81: ("k_asme", GreedyBytes),
                0x82: ("uplink_count", Int32ub),
                0x83: ("downlink_count", Int32ub),
                0x84: ("algorithms", Int8ub),
            }
        ),
    )
)
"""The record of EF.EPSNSC, TS 31.102 4.2.92; algorithms: ciphering and integrity, a nibble each."""

fifth_generation_context = Codec(
    one_object(
        0xA0,
        data_objects(
            {
                0x80: ("ng_ksi", Int8ub),
                0x81: ("k_amf", GreedyBytes),
                0x82: ("uplink_count", Int32ub),
                0x83: ("downlink_count", Int32ub),
                0x84: ("algorithms", Int8ub),
                0x85: ("eps_algorithms", Int8ub),
            }
        ),
    )
)
"""A record of EF.5GS3GPPNSC, EF.5GSN3GPPNSC, TS 31.102 4.4.11.4."""

authentication_keys = Codec(data_objects({0x80: ("k_ausf", GreedyBytes), 0x81: ("k_seaf", GreedyBytes)}))
"""EF.5GAUTHKEYS, TS 31.102 4.4.11.6."""

_counted = Prefixed(Int8ub, GreedyBytes)
bootstrapping = Codec(
    Struct("rand" / _counted, "b_tid" / Prefixed(Int8ub, utf8), "key_lifetime" / Prefixed(Int8ub, utf8))
)
"""EF.GBABP, TS 31.102 4.2.79, TS 31.103 4.2.9."""

bootstrapping_servers = Codec(data_objects({0x80: ("naf_id", GreedyBytes), 0x81: ("b_tid", utf8)}))
"""A record of EF.GBANL, TS 31.102 4.2.83."""

key_centre = Codec(one_object(0x80, utf8))
"""A record of EF.NAFKCA, TS 31.102 4.2.84: the address."""

CODECS = {
    "EF.Keys": ciphering_and_integrity,
    "EF.KeysPS": ciphering_and_integrity,
    "EF.Kc": gsm_ciphering,
    "EF.KcGPRS": gsm_ciphering,
    "EF.EPSNSC": evolved_context,
    "EF.5GS3GPPNSC": fifth_generation_context,
    "EF.5GSN3GPPNSC": fifth_generation_context,
    "EF.5GAUTHKEYS": authentication_keys,
    "EF.GBABP": bootstrapping,
    "EF.GBANL": bootstrapping_servers,
    "EF.NAFKCA": key_centre,
}
