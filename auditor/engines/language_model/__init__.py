"""The fluency model: a causal language model that reads a text and scores edits of it."""
