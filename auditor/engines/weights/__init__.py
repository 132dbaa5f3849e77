"""Weights on disk: the manifest, downloading, verifying and converting."""
