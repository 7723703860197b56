"""The running service: the turn, the lanes it runs in, and the wiring of every part."""
