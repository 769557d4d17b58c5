"""The operations of eUICC Packages by their names: PSMOs, SGP.32 2.11.1.1.3, and eCOs, SGP.32 2.11.1.1.2.

An ICCID is 10 bytes as EF.ICCID holds it.
"""

from __future__ import annotations

from collections.abc import Iterable

from asn1.generated import rsp, sgp32
from asn1.generated.sgp32 import Eco, EimConfigurationData, EuiccPackage, Psmo

Operation = Psmo | Eco


def enable(iccid: bytes, rollback: bool = False) -> Psmo:
    """Enable a profile, SGP.32 3.4.1. rollback: the IPA may go back when the result cannot be delivered."""
    return Psmo(enable=Psmo.Enable(iccid=iccid, rollback_flag=rollback or None))


def disable(iccid: bytes) -> Psmo:
    """Disable a profile, SGP.32 3.4.2."""
    return Psmo(disable=Psmo.Disable(iccid=iccid))


def delete(iccid: bytes) -> Psmo:
    """Delete a profile, SGP.32 3.4.3."""
    return Psmo(delete=Psmo.Delete(iccid=iccid))


def list_profile_info(request: rsp.ProfileInfoListRequest | None = None) -> Psmo:
    """List the profiles; request: which, and which of their data. None: all, with the default data."""
    return Psmo(list_profile_info=request or rsp.ProfileInfoListRequest())


def get_rat() -> Psmo:
    """Get the Rules Authorisation Table."""
    return Psmo(get_rat=Psmo.GetRAT())


def configure_immediate_enable(
    flag: bool = True, smdp_oid: str | None = None, smdp_address: str | None = None
) -> Psmo:
    """Configure immediate enabling, SGP.32 3.4.4. flag False: switch it off."""
    configured = Psmo.ConfigureImmediateEnable(
        immediate_enable_flag=flag or None, default_smdp_oid=smdp_oid, default_smdp_address=smdp_address
    )
    return Psmo(configure_immediate_enable=configured)


def set_fallback_attribute(iccid: bytes) -> Psmo:
    """Give a profile the fallback attribute, SGP.32 3.4.6."""
    return Psmo(set_fallback_attribute=Psmo.SetFallbackAttribute(iccid=iccid))


def unset_fallback_attribute() -> Psmo:
    """Take the fallback attribute away, SGP.32 3.4.7."""
    return Psmo(unset_fallback_attribute=Psmo.UnsetFallbackAttribute())


def set_default_dp_address(address: str) -> Psmo:
    """Set the default SM-DP+ address."""
    return Psmo(set_default_dp_address=sgp32.SetDefaultDpAddressRequest(default_dp_address=address))


def add_eim(configuration: EimConfigurationData) -> Eco:
    """Associate another eIM, SGP.32 3.5.1.1; see `Eim.configuration`."""
    return Eco(add_eim=configuration)


def delete_eim(eim_id: str) -> Eco:
    """End the association of an eIM, SGP.32 3.5.1.2."""
    return Eco(delete_eim=Eco.DeleteEim(eim_id=eim_id))


def update_eim(configuration: EimConfigurationData) -> Eco:
    """Change the configuration of an eIM, SGP.32 3.5.1.3: eimId and what is to change."""
    return Eco(update_eim=configuration)


def list_eim() -> Eco:
    """List the Associated eIMs, SGP.32 3.5.1.4."""
    return Eco(list_eim=Eco.ListEim())


def package_of(operations: Iterable[Operation]) -> EuiccPackage:
    """The list that these operations make; ValueError when it is empty, or PSMOs and eCOs are mixed."""
    listed = tuple(operations)
    if listed and all(isinstance(each, Psmo) for each in listed):
        return EuiccPackage(psmo_list=listed)  # type: ignore[arg-type]
    if listed and all(isinstance(each, Eco) for each in listed):
        return EuiccPackage(eco_list=listed)  # type: ignore[arg-type]
    raise ValueError("an eUICC Package is a list of PSMOs or a list of eCOs")
