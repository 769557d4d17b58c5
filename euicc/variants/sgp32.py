"""The IoT eUICC of SGP.32 v1.2: an eUICC of SGP.22, with the functions for an IPA and eIMs besides."""

from __future__ import annotations

from dataclasses import replace

from asn1.generated import sgp32
from euicc.isdr.es10 import (
    certificates,
    connectivity,
    eim,
    emergency,
    fallback,
    immediate_enable,
    iot,
    memory_reset,
    package,
    rollback,
)
from euicc.isdr.functions import table
from euicc.isdr.package.result import token_object
from euicc.profiles.states import SGP32_RULES
from euicc.variants.sgp22 import SGP22
from euicc.variants.variant import Messages, PackageForm, ProfileInfoForm

IPAD = 0x01
"""Bit of the IoT-related capabilities in TERMINAL CAPABILITY, SGP.32 3.8.2."""

PSMOS = frozenset({0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xBF2D, 0xBF65})
ECOS = frozenset({0xA8, 0xA9, 0xAA, 0xAB})


SGP32 = replace(
    SGP22,
    name="sgp32",
    functions={
        **SGP22.functions,
        **table(
            certificates.FUNCTIONS,
            connectivity.FUNCTIONS,
            eim.FUNCTIONS,
            emergency.FUNCTIONS,
            fallback.FUNCTIONS,
            immediate_enable.FUNCTIONS,
            iot.FUNCTIONS,
            memory_reset.FUNCTIONS,
            package.FUNCTIONS,
            rollback.FUNCTIONS,
        ),
    },
    rules=SGP32_RULES,
    declaration=lambda terminal: terminal.ipad & IPAD,
    messages=Messages(
        store_metadata_request=sgp32.StoreMetadataRequest,
        euicc_signed1=sgp32.EuiccSigned1,
        authenticate_response_ok=sgp32.AuthenticateResponseOk,
        authenticate_server_response=sgp32.AuthenticateServerResponse,
    ),
    euicc_info2=iot.euicc_info2,
    profile_info=ProfileInfoForm(default_tags=iot.DEFAULT_TAGS, elements=iot.profile_elements),
    fci=iot.fci_template,
    iot_versions=((1, 2, 0),),
    package=PackageForm(psmos=PSMOS, ecos=ECOS, covered=lambda token, eim_signature: token_object(token)),
)
