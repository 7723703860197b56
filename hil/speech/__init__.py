"""Utterances for the demo and the tests, synthesised, as WAV files."""
