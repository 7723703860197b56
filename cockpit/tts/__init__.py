"""Speech out: voices, the words they are given, and where their sound goes."""
