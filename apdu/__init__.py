"""The wire: APDUs, status words, TLV, channels and transports (ISO/IEC 7816-4, ETSI TS 102 221)."""
