"""Mechanisms that name how a wording broke, and propose few candidates."""
