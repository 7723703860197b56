"""Speech recognition: engines, and the asynchronous front that chooses among them."""
