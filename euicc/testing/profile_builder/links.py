"""A PE-GenericFileManagement that gives DF.TELECOM the files of older terminals, as links to those of today.

Each has the body of its target, and its own FID, SFI and access rule.
"""

from __future__ import annotations

from asn1.generated import pe
from euicc.testing.profile_builder import rules
from euicc.testing.profile_builder.files import SHAREABLE_LINEAR_FIXED, SHAREABLE_TRANSPARENT
from euicc.testing.profile_builder.identifiers import USIM_TEMPORARY_FID, in_df
from euicc.testing.profile_builder.mf import DF_PHONEBOOK, DF_TELECOM
from euicc.testing.profile_builder.subscription import Subscription

ADF_USIM = (USIM_TEMPORARY_FID,)
PHONEBOOK = (DF_TELECOM, DF_PHONEBOOK)
NO_SFI = b""

# FID in DF.TELECOM, directory and FID of the target, record length (0: transparent), access rule.
LINKS = (
    (0x6F3A, PHONEBOOK, 0x4F3A, 30, rules.PIN1_PIN1),  # EF_ADN
    (0x6F3B, ADF_USIM, 0x6F3B, 28, rules.PIN1_PIN2),  # EF_FDN
    (0x6F3C, ADF_USIM, 0x6F3C, 176, rules.PIN1_PIN1),  # EF_SMS
    (0x6F40, ADF_USIM, 0x6F40, 28, rules.PIN1_PIN1),  # EF_MSISDN
    (0x6F42, ADF_USIM, 0x6F42, 42, rules.PIN1_PIN1),  # EF_SMSP
    (0x6F43, ADF_USIM, 0x6F43, 0, rules.PIN1_PIN1),  # EF_SMSS
    (0x6F47, ADF_USIM, 0x6F47, 30, rules.PIN1_PIN1),  # EF_SMSR
    (0x6F49, ADF_USIM, 0x6F49, 28, rules.PIN1_ADM1),  # EF_SDN
    (0x6F4A, PHONEBOOK, 0x4F4A, 13, rules.PIN1_PIN1),  # EF_EXT1
    (0x6F4B, ADF_USIM, 0x6F4B, 13, rules.PIN1_PIN2),  # EF_EXT2
    (0x6F4C, ADF_USIM, 0x6F4C, 13, rules.PIN1_ADM1),  # EF_EXT3
)


def telecom_links(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-GenericFileManagement, TCA 8.3.5."""
    commands = [pe.FileManagementItem(file_path=_path(DF_TELECOM))]
    commands += [
        _link(fid, _path(*directory, target), length, rule) for fid, directory, target, length, rule in LINKS
    ]
    element = pe.PEGenericFileManagement(gfm_header=header, file_management_cmd=(tuple(commands),))
    return pe.ProfileElement(generic_file_management=element)


def _link(fid: int, target: bytes, record_length: int, rule: int) -> pe.FileManagementItem:
    fixed = SHAREABLE_LINEAR_FIXED + record_length.to_bytes(2, "big")
    fcp = pe.Fcp(
        file_descriptor=fixed if record_length else SHAREABLE_TRANSPARENT,
        file_id=fid.to_bytes(2, "big"),
        security_attributes_referenced=in_df(rule),
        short_efid=NO_SFI,
        link_path=target,
    )
    return pe.FileManagementItem(create_fcp=fcp)


def _path(*fids: int) -> bytes:
    return b"".join(fid.to_bytes(2, "big") for fid in fids)
