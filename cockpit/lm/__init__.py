"""The language model on the board: short conversation, and nothing but words."""
