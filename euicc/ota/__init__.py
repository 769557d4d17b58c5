"""Administration over the air: secured packets (ETSI TS 102 225, 3GPP TS 31.115) and remote management (TS 102 226)."""
