"""Who answers a request, and what of it may leave the board. Pure: everything that is known is given."""
