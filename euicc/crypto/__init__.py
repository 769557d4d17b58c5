"""The cryptography of remote provisioning: ECDSA, ECKA, BSP and the certificates of SGP.22, over OpenSSL."""
