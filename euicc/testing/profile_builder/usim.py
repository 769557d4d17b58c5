"""PE-USIM, PE-OPT-USIM and PE-GSM-ACCESS of a test profile."""

from __future__ import annotations

from asn1.generated import pe
from euicc.testing.profile_builder import codings, rules
from euicc.testing.profile_builder.files import cyclic, directory, linear, transparent
from euicc.testing.profile_builder.identifiers import USIM_AID, USIM_TEMPORARY_FID, in_df, in_mf, template
from euicc.testing.profile_builder.subscription import Subscription

NAA_PINS = bytes([0x01, 0x81, 0x0A])
UST_SIZE = 17
BASIC_SERVICES = (
    1,
    2,
    3,
    4,
    5,
    8,
    9,
    10,
    11,
    12,
    17,
    18,
    19,
    20,
    21,
    27,
    28,
    33,
    34,
    38,
    42,
    43,
    45,
    46,
    51,
    71,
    73,
)
EPS_SERVICES = (85, 96)
FIVEGS_SERVICES = (122, 123, 124, 126, 129)
ACL_SERVICE = 35
SUCI_BY_USIM = 125
GBA_SERVICE = 68
SUPI_NAI_SERVICE = 130
GSM_SERVICES = frozenset((27, 38))
ACL_ENABLED = 0x04
UTRAN, EUTRAN, GSM, NG_RAN = 0x8000, 0x4000, 0x0080, 0x0800
ALL_RADIO = UTRAN | EUTRAN | GSM | NG_RAN
POLICE, AMBULANCE, FIRE = 0x01, 0x02, 0x04
MAILBOXES = bytes([1, 0, 0, 0])
NO_FORWARDING = b"\x01\x00"
NO_KEYS = b"\x07" + b"\xff" * 32
NO_INCOMING_CALL = b"\xff" * 31 + bytes(4) + bytes.fromhex("01FFFF")
NO_OUTGOING_CALL = b"\xff" * 31 + bytes(3) + bytes.fromhex("01FFFF")
USIM_FILE_CHANGES = bytes.fromhex("801E60C01E900080040000000000000000F0000000004000000000000080")
NAS_CONFIG = bytes.fromhex("800101 810100 820100 830100 840100 850100")


def services(subscription: Subscription) -> list[int]:
    """The services of EF_UST, TS 31.102 4.2.8."""
    optional = (
        (bool(subscription.apns), (ACL_SERVICE,)),
        (subscription.fivegs, FIVEGS_SERVICES),
        (subscription.suci_by_usim, (SUCI_BY_USIM,)),
        (subscription.gba, (GBA_SERVICE,)),
        (subscription.supi_nai is not None, (SUPI_NAI_SERVICE,)),
    )
    chosen = [number for wanted, numbers in optional if wanted for number in numbers]
    missing = frozenset[int]() if subscription.gsm_access else GSM_SERVICES
    return [number for number in (*BASIC_SERVICES, *EPS_SERVICES, *chosen) if number not in missing]


def usim(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-USIM, TCA 9.5.1: the files that every USIM has."""
    admin, user, public = in_df(rules.PIN1_ADM1), in_df(rules.PIN1_PIN1), in_df(rules.ALWAYS_ADM1)
    unregistered = codings.plmn(subscription.plmn) + bytes.fromhex("FFFE")
    services_enabled = ACL_ENABLED if subscription.apns else 0
    element = pe.PEUSIM(
        usim_header=header,
        template_id=template("4"),
        adf_usim=directory(USIM_TEMPORARY_FID, in_mf(rules.DIRECTORY), NAA_PINS, USIM_AID),
        ef_imsi=transparent(0x6F07, admin, codings.imsi(subscription.imsi)),
        ef_arr=linear(0x6F06, public, rules.records(), rules.RECORD_LENGTH, sfi=0x17),
        ef_keys=transparent(0x6F08, user, NO_KEYS, high_update=True),
        ef_keys_ps=transparent(0x6F09, user, NO_KEYS, high_update=True),
        ef_hpplmn=transparent(0x6F31, admin, b"\x05"),
        ef_ust=transparent(0x6F38, admin, codings.service_table(services(subscription), UST_SIZE)),
        ef_fdn=linear(0x6F3B, in_df(rules.PIN1_PIN2), [], 28, 10),
        ef_sms=linear(0x6F3C, user, [b"\x00"] * 10, 176),
        ef_smsp=linear(0x6F42, user, [codings.smsp("", subscription.service_centre, 42)], 42, 2),
        ef_smss=transparent(0x6F43, user, b"\xff\xff"),
        ef_spn=transparent(0x6F46, public, codings.spn(subscription.spn)),
        ef_est=transparent(0x6F56, in_df(rules.PIN1_PIN2), bytes([services_enabled])),
        ef_start_hfn=transparent(0x6F5B, user, bytes.fromhex("F00000F00000"), high_update=True),
        ef_threshold=transparent(0x6F5C, admin, b"\xff" * 3),
        ef_psloci=transparent(0x6F73, user, b"\xff" * 7 + unregistered + b"\xff\x01", high_update=True),
        ef_acc=transparent(0x6F78, admin, codings.acc(subscription.imsi)),
        ef_fplmn=transparent(0x6F7B, user, codings.plmns((), 60)),
        ef_loci=transparent(0x6F7E, user, b"\xff" * 4 + unregistered + b"\xff\x01", high_update=True),
        ef_ad=transparent(0x6FAD, public, codings.ad(subscription.mnc_length)),
        ef_ecc=linear(0x6FB7, public, _emergency_calls(), 14, 5),
        ef_netpar=transparent(0x6FC4, user, b"\xff" * 50, high_update=True),
        ef_epsloci=transparent(
            0x6FE3, user, b"\xff" * 12 + codings.plmn(subscription.plmn) + b"\xff\xfe\x01", high_update=True
        ),
        ef_epsnsc=linear(0x6FE4, user, [], 54, 1),
    )
    return pe.ProfileElement(usim=element)


def _emergency_calls() -> list[bytes]:
    every = POLICE | AMBULANCE | FIRE
    return [codings.ecc("112", "Emergency", every, 14), codings.ecc("911", "Emergency", every, 14)]


def opt_usim(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-OPT-USIM, TCA 9.5.2: names of networks, preferred networks, telephone numbers, call logs, APN control."""
    admin, user, public = in_df(rules.PIN1_ADM1), in_df(rules.PIN1_PIN1), in_df(rules.ALWAYS_ADM1)
    home, roaming = subscription.plmn, subscription.roaming_plmns
    name = subscription.spn
    apns = codings.acl(subscription.apns, 100) if subscription.apns else None
    element = pe.PEOPTUSIM(
        optusim_header=header,
        template_id=template("5"),
        ef_li=transparent(
            0x6F05, in_df(rules.ALWAYS_PIN1), codings.padded(subscription.language.encode(), 6)
        ),
        ef_gid1=transparent(0x6F3E, admin, codings.padded(b"\x01", 8)),
        ef_gid2=transparent(0x6F3F, admin, codings.padded(b"\x01", 8)),
        ef_msisdn=linear(0x6F40, user, [codings.dialling_number("", subscription.msisdn, 28)], 28, 2),
        ef_cbmi=transparent(0x6F45, user, b"\xff" * 20),
        ef_cbmid=transparent(0x6F48, admin, b"\xff" * 20),
        ef_sdn=linear(0x6F49, admin, [codings.dialling_number("Service", "611", 28)], 28, 5),
        ef_ext2=linear(0x6F4B, in_df(rules.PIN1_PIN2), [b"\x00"] * 3, 13),
        ef_ext3=linear(0x6F4C, admin, [b"\x00"] * 3, 13),
        ef_cbmir=transparent(0x6F50, user, b"\xff" * 20),
        ef_plmnwact=transparent(0x6F60, user, codings.plmns_with_technology([(home, ALL_RADIO)], 50)),
        ef_oplmnwact=transparent(
            0x6F61, admin, codings.plmns_with_technology([(code, ALL_RADIO) for code in roaming], 100)
        ),
        ef_hplmnwact=transparent(0x6F62, admin, codings.plmns_with_technology([(home, ALL_RADIO)], 10)),
        ef_smsr=linear(0x6F47, user, [b"\x00"] * 10, 30),
        ef_acl=None if apns is None else transparent(0x6F57, in_df(rules.PIN1_PIN2), apns),
        ef_ici=cyclic(0x6F80, user, NO_INCOMING_CALL * 10, len(NO_INCOMING_CALL)),
        ef_oci=cyclic(0x6F81, user, NO_OUTGOING_CALL * 10, len(NO_OUTGOING_CALL)),
        ef_ict=cyclic(0x6F82, in_df(rules.PIN1_PIN1_INCREASE), bytes(3), 3),
        ef_oct=cyclic(0x6F83, in_df(rules.PIN1_PIN1_INCREASE), bytes(3), 3),
        ef_pnn=linear(0x6FC5, public, [codings.pnn(name, name[:8], 45)], 45, 3),
        ef_opl=linear(0x6FC6, public, [codings.opl(home, 1)], 8, 3),
        ef_mbdn=linear(0x6FC7, user, [codings.dialling_number("Voicemail", "333", 28)], 28, 2),
        ef_ext6=linear(0x6FC8, user, [b"\x00"], 13),
        ef_mbi=linear(0x6FC9, user, [MAILBOXES], 4),
        ef_mwis=linear(0x6FCA, user, [bytes(5)], 5),
        ef_cfis=linear(0x6FCB, user, [NO_FORWARDING], 16),
        ef_ext7=linear(0x6FCC, user, [b"\x00"], 13),
        ef_spdi=transparent(0x6FCD, admin, codings.spdi([home], 64)),
        ef_mmsn=linear(0x6FCE, user, [bytes(3)], 6, 5),
        ef_ext8=linear(0x6FCF, user, [b"\x00"], 13),
        ef_mmsicp=transparent(
            0x6FD0, admin, codings.mms_parameters(f"http://mms.mnc{subscription.mnc}.test", 100)
        ),
        ef_mmsup=linear(0x6FD1, user, [], 100, 1),
        ef_mmsucp=transparent(0x6FD2, user, b"\xff" * 100),
        ef_gbabp=transparent(0x6FD6, user, b"\xff" * 48) if subscription.gba else None,
        ef_gbanl=linear(0x6FDA, admin, [], 64, 2) if subscription.gba else None,
        ef_ehplmn=transparent(0x6FD9, admin, codings.plmns([home], 15)),
        ef_ehplmnpi=transparent(0x6FDB, admin, b"\x00"),
        ef_ufc=transparent(0x6FE6, public, USIM_FILE_CHANGES),
        ef_nasconfig=transparent(0x6FE8, admin, NAS_CONFIG),
    )
    return pe.ProfileElement(opt_usim=element)


def gsm_access(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-GSM-ACCESS, TCA 9.5.4."""
    user = in_df(rules.PIN1_PIN1)
    element = pe.PEGSMACCESS(
        gsm_access_header=header,
        template_id=template("7"),
        df_gsm_access=directory(0x5F3B, in_df(rules.DIRECTORY), NAA_PINS),
        ef_kc=transparent(0x4F20, user, b"\xff" * 8 + b"\x07", high_update=True),
        ef_kcgprs=transparent(0x4F52, user, b"\xff" * 8 + b"\x07", high_update=True),
    )
    return pe.ProfileElement(gsm_access=element)
