"""The post-editor: an English encoder that says which words to change, and to what."""
