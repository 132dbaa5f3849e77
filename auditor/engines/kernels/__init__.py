"""Arithmetic that several networks share: quantized products, padding, and the cache of transformers."""
