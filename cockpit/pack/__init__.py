"""Phrase packs: a domain from one file of phrases, heard without training."""
