"""PE-ISIM and PE-OPT-ISIM of a test profile: the identities of TS 23.003 13, derived from the IMSI."""

from __future__ import annotations

from asn1.generated import pe
from euicc.testing.profile_builder import codings, rules
from euicc.testing.profile_builder.files import directory, linear, transparent
from euicc.testing.profile_builder.identifiers import ISIM_AID, ISIM_TEMPORARY_FID, in_df, in_mf, template
from euicc.testing.profile_builder.subscription import Subscription
from euicc.testing.profile_builder.usim import NAA_PINS

P_CSCF_ADDRESS, GBA, P_CSCF_DISCOVERY = 1, 2, 5
IDENTITY_SIZE = 80
DOMAIN_SIZE = 48


def isim(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-ISIM, TCA 9.6.1."""
    admin, public = in_df(rules.PIN1_ADM1), in_df(rules.ALWAYS_ADM1)
    private_identity = f"{subscription.imsi}@{subscription.ims_domain}"
    public_identity = codings.uri(f"sip:{private_identity}", IDENTITY_SIZE)
    services = (P_CSCF_ADDRESS, P_CSCF_DISCOVERY, *((GBA,) if subscription.gba else ()))
    element = pe.PEISIM(
        isim_header=header,
        template_id=template("8"),
        adf_isim=directory(ISIM_TEMPORARY_FID, in_mf(rules.DIRECTORY), NAA_PINS, ISIM_AID),
        ef_impi=transparent(0x6F02, admin, codings.uri(private_identity, IDENTITY_SIZE)),
        ef_impu=linear(0x6F04, admin, [public_identity], IDENTITY_SIZE),
        ef_domain=transparent(0x6F03, admin, codings.uri(subscription.ims_domain, DOMAIN_SIZE)),
        ef_ist=transparent(0x6F07, admin, codings.service_table(services, 14)),
        ef_ad=transparent(0x6FAD, public, bytes(3)),
        ef_arr=linear(0x6F06, public, rules.records(), rules.RECORD_LENGTH, sfi=0x06),
    )
    return pe.ProfileElement(isim=element)


def opt_isim(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-OPT-ISIM, TCA 9.6.2."""
    proxy = codings.pcscf(f"pcscf.{subscription.ims_domain}", 64)
    element = pe.PEOPTISIM(
        optisim_header=header,
        template_id=template("9"),
        ef_pcscf=linear(0x6F09, in_df(rules.PIN1_ADM1), [proxy], 64, 2),
        ef_gbabp=transparent(0x6FD5, in_df(rules.PIN1_PIN1), b"\xff" * 48) if subscription.gba else None,
        ef_gbanl=linear(0x6FD7, in_df(rules.PIN1_ADM1), [], 64, 2) if subscription.gba else None,
    )
    return pe.ProfileElement(opt_isim=element)
