"""The card operating system, seen from outside: bytes in, bytes out."""
