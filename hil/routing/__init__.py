"""Requests as people make them, and how well they are shared between the board and the cloud."""
