"""PE-MF and PE-TELECOM of a test profile: what a terminal reads before it selects an application."""

from __future__ import annotations

from asn1.generated import pe
from euicc.testing.profile_builder import codings, rules
from euicc.testing.profile_builder.files import directory, linear, master_file, transparent
from euicc.testing.profile_builder.identifiers import ISIM_AID, USIM_AID, in_df, in_mf, template
from euicc.testing.profile_builder.subscription import Subscription

DF_TELECOM = 0x7F10
DF_PHONEBOOK = 0x5F3A
GLOBAL_PINS = bytes([0x01, 0x0A])
TELECOM_PINS = bytes([0x01, 0x81, 0x0A])
POWER_CONSUMPTION = bytes.fromhex("3C3C000000")
DIR_RECORD = 33
ADN_RECORD = 30
ADN_COUNT = 100


def mf(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-MF, TCA 9.2."""
    applications = [codings.directory_entry(USIM_AID, "USIM", DIR_RECORD)]
    if subscription.isim:
        applications.append(codings.directory_entry(ISIM_AID, "ISIM", DIR_RECORD))
    language = subscription.language.encode("ascii")
    element = pe.PEMF(
        mf_header=header,
        template_id=template("1"),
        mf=master_file(in_mf(rules.DIRECTORY), GLOBAL_PINS),
        ef_pl=transparent(0x2F05, in_mf(rules.ALWAYS_PIN1), codings.padded(language, 6), sfi=0x05),
        ef_iccid=transparent(
            0x2FE2, in_mf(rules.ALWAYS_NEVER_NO_DELETE), codings.iccid(subscription.iccid), sfi=0x02
        ),
        ef_dir=linear(0x2F00, in_mf(rules.ALWAYS_ADM1), applications, DIR_RECORD, 4, sfi=0x1E),
        ef_arr=linear(0x2F06, in_mf(rules.ALWAYS_ADM1), rules.records(), rules.RECORD_LENGTH, sfi=0x06),
        ef_umpc=transparent(0x2F08, in_mf(rules.ALWAYS_ADM1), POWER_CONSUMPTION, sfi=0x08),
    )
    return pe.ProfileElement(mf=element)


def telecom(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-TELECOM, TCA 9.4: setup menu, PSI of the SMSC, the phonebook with one set of files."""
    directory_rule = in_df(rules.DIRECTORY)
    element = pe.PETELECOM(
        telecom_header=header,
        template_id=template("3"),
        df_telecom=directory(DF_TELECOM, in_mf(rules.DIRECTORY), TELECOM_PINS),
        ef_arr=linear(0x6F06, in_df(rules.ALWAYS_ADM1), rules.records(), rules.RECORD_LENGTH),
        ef_sume=transparent(0x6F54, in_df(rules.ADM1_ADM1), _setup_menu(subscription)),
        ef_psismsc=linear(
            0x6FE5, in_df(rules.PIN1_PIN1), [codings.uri("tel:" + subscription.service_centre, 40)], 40
        ),
        df_graphics=directory(0x5F50, directory_rule, TELECOM_PINS),
        ef_img=linear(0x4F20, in_df(rules.PIN1_ADM1), [bytes(1)], 10, 5),
        df_phonebook=directory(DF_PHONEBOOK, directory_rule, TELECOM_PINS),
        ef_pbr=linear(0x4F30, in_df(rules.PIN1_ADM1), [PHONEBOOK_REFERENCE], 64),
        ef_ext1=linear(0x4F4A, in_df(rules.PIN1_PIN1), [FREE_EXTENSION] * 5, 13),
        ef_psc=transparent(0x4F22, in_df(rules.PIN1_PIN1), bytes(4)),
        ef_cc=transparent(0x4F23, in_df(rules.PIN1_PIN1), bytes(2), high_update=True),
        ef_puid=transparent(0x4F24, in_df(rules.PIN1_PIN1), bytes(2), high_update=True),
        ef_adn=linear(0x4F3A, in_df(rules.PIN1_PIN1), [], ADN_RECORD, ADN_COUNT),
        ef_pbc=linear(0x4F09, in_df(rules.PIN1_PIN1), [bytes(2)] * ADN_COUNT, 2),
        ef_uid=linear(0x4F21, in_df(rules.PIN1_PIN1), [bytes(2)] * ADN_COUNT, 2),
        df_mmss=directory(0x5F3C, directory_rule, TELECOM_PINS),
        ef_mlpl=transparent(0x4F20, in_df(rules.PIN1_ADM1), bytes.fromhex("000901000101010001")),
        ef_mspl=transparent(
            0x4F21, in_df(rules.PIN1_ADM1), bytes.fromhex("00000F0100010101030708020C003E00")
        ),
    )
    return pe.ProfileElement(telecom=element)


FREE_EXTENSION = bytes(1)
PHONEBOOK_REFERENCE = bytes.fromhex("A80F C0034F3A0A C5034F090B C9034F210C AA05 C2034F4A0D")
"""EF_PBR, TS 31.102 4.4.2.1: type 1 files ADN, PBC, UID with their SFIs; type 3 file EXT1."""


def _setup_menu(subscription: Subscription) -> bytes:
    """EF_SUME, TS 102 222: the title of the SIM's menu."""
    name = codings.alpha(subscription.spn, codings.SPN_SIZE - 1).rstrip(b"\xff")
    return codings.padded(bytes([0x85, len(name)]) + name, 34)
