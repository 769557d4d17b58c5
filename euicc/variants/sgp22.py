"""The consumer eUICC of SGP.22 v2.5."""

from __future__ import annotations

from asn1.generated import rsp
from euicc.isdr.es10 import authentication, device, download, notifications, profiles
from euicc.isdr.functions import table
from euicc.profiles.states import SGP22_RULES, ResetOption
from euicc.variants.variant import Messages, ProfileInfoForm, Variant

SGP22 = Variant(
    name="sgp22",
    functions=table(
        device.FUNCTIONS,
        authentication.FUNCTIONS,
        download.FUNCTIONS,
        notifications.FUNCTIONS,
        profiles.FUNCTIONS,
    ),
    rules=SGP22_RULES,
    reset_options=frozenset(
        {
            ResetOption.OPERATIONAL_PROFILES,
            ResetOption.FIELD_LOADED_TEST_PROFILES,
            ResetOption.DEFAULT_SMDP_ADDRESS,
        }
    ),
    declaration=lambda terminal: terminal.lpad,
    messages=Messages(
        store_metadata_request=rsp.StoreMetadataRequest,
        euicc_signed1=rsp.EuiccSigned1,
        authenticate_response_ok=rsp.AuthenticateResponseOk,
        authenticate_server_response=rsp.AuthenticateServerResponse,
    ),
    euicc_info2=device.euicc_info2,
    profile_info=ProfileInfoForm(
        default_tags=(0x5A, 0x4F, 0x9F70, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95), elements=profiles.elements
    ),
)
