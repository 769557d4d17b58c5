"""PE-DF-5GS and PE-DF-SAIP of a test profile: the 5G system, and SUCI calculated by the USIM."""

from __future__ import annotations

from asn1.generated import pe
from euicc.testing.profile_builder import codings, rules
from euicc.testing.profile_builder.files import directory, linear, transparent
from euicc.testing.profile_builder.identifiers import in_df, template
from euicc.testing.profile_builder.subscription import Subscription
from euicc.testing.profile_builder.usim import NAA_PINS

NOT_REGISTERED = b"\xff" * 16 + bytes.fromhex("00000001")
SECURITY_CONTEXT = 62
HOME_NETWORK_KEY = 1
SUCI_SIZE = 118


def df_5gs(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-DF-5GS, TCA 9.5.11."""
    admin, user = in_df(rules.PIN1_ADM1), in_df(rules.PIN1_PIN1)
    nai = subscription.supi_nai
    element = pe.PEDF5GS(
        df_5gs_header=header,
        template_id=template("13"),
        df_df_5gs=directory(0x5FC0, in_df(rules.DIRECTORY), NAA_PINS),
        ef_5gs3gpploci=transparent(0x4F01, user, NOT_REGISTERED, high_update=True),
        ef_5gsn3gpploci=transparent(0x4F02, user, NOT_REGISTERED, high_update=True),
        ef_5gs3gppnsc=linear(0x4F03, user, [], SECURITY_CONTEXT, 1),
        ef_5gsn3gppnsc=linear(0x4F04, user, [], SECURITY_CONTEXT, 1),
        ef_5gauthkeys=transparent(0x4F05, user, b"\xff" * 110, high_update=True),
        ef_uac_aic=transparent(0x4F06, admin, bytes(4)),
        ef_suci_calc_info=transparent(0x4F07, admin, codings.suci_null_scheme(SUCI_SIZE)),
        ef_opl5g=linear(0x4F08, in_df(rules.ALWAYS_ADM1), [_everywhere(subscription)], 10, 3),
        ef_supinai=None if nai is None else transparent(0x4F09, admin, codings.supi_nai(nai)),
        ef_routing_indicator=transparent(
            0x4F0A, admin, codings.routing_indicator(subscription.routing_indicator)
        ),
    )
    return pe.ProfileElement(df_5gs=element)


def _everywhere(subscription: Subscription) -> bytes:
    """A record of EF_OPL5G, TS 31.102 4.4.11.9: all tracking areas of the home network have PNN record 1."""
    return codings.plmn(subscription.plmn) + bytes.fromhex("000000FFFFFE01")


def df_saip(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-DF-SAIP, TCA 9.5.12: the home network's key, from which the USIM calculates the SUCI."""
    key = subscription.suci_key
    content = subscription.suci_calc_info or (
        codings.suci_null_scheme(SUCI_SIZE)
        if key is None
        else codings.suci_profile_a(HOME_NETWORK_KEY, key, SUCI_SIZE)
    )
    element = pe.PEDFSAIP(
        df_saip_header=header,
        template_id=template("14"),
        df_df_saip=directory(0x5FD0, in_df(rules.DIRECTORY), NAA_PINS),
        ef_suci_calc_info_usim=transparent(0x4F01, in_df(rules.ADM1_ADM1), content),
    )
    return pe.ProfileElement(df_saip=element)
