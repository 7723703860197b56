"""Scenarios: what is said to a cockpit and done to its car on a timeline, and what must come of it."""
