"""Drives: what was on the bus, kept in a file that anyone can read, and run again against another build."""
