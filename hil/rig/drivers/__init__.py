"""How what a rig can do is done, one file a driver."""
