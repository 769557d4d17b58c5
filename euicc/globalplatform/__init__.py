"""The security domains of the enabled profile, GlobalPlatform Card Specification 2.3 and UICC Configuration."""
