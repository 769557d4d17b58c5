"""What a device itself reads in a server's certificate, SGP.22 4.5.2.1: the OID of the SM-DP+."""

from __future__ import annotations


def registered_ids(certificate: bytes) -> list[str]:
    """The registered IDs (dotted OIDs) among the subject's alternative names of a DER certificate; [] when unreadable.

    Whether the certificate is genuine is for the card to say.
    """
    from cryptography import x509

    try:
        extensions = x509.load_der_x509_certificate(certificate).extensions
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return []
    return [oid.dotted_string for oid in names.get_values_for_type(x509.RegisteredID)]
