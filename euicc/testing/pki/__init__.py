"""A public key infrastructure for tests: built in, or loaded from a directory such as SGP.26's."""

from __future__ import annotations

from euicc.crypto.issuer import Issued, IssuerError
from euicc.testing.pki.files import PkiError
from euicc.testing.pki.pki import Pki

__all__ = ["Issued", "IssuerError", "Pki", "PkiError"]
