"""Conformance with the bus contract: cases for any vehicle side and for any assistant side, on any broker."""
