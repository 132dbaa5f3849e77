"""Translation models: there and back, and forced decoding."""
