"""A rig in four words: protocol (what can be done), resource (where it is), driver (how), strategy (its states)."""
