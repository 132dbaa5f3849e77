"""Mechanisms that compare the text with its source."""
