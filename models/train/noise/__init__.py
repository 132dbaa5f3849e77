"""Makers of noise: each breaks sound English in a way of its own, and has a name by which it can be left out."""
