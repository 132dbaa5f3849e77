"""Pairing a text with what it was translated from: aligning sentences, and attaching the source to them."""
