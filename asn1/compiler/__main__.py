"""`python -m asn1.compiler` generates asn1/generated."""

from __future__ import annotations

from asn1.compiler import main

main()
