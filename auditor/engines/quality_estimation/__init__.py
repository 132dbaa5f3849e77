"""The multilingual encoder: quality estimation of words and sentences, and sentence embeddings."""
