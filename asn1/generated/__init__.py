"""Typed messages generated from asn1/schemas by asn1.compiler; do not edit."""
