"""Things that go wrong on purpose: the table of their kinds, and those of the network and of the board's computer."""
