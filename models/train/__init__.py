"""Recipes: one command each, seeded."""
