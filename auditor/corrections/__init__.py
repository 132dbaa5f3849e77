"""Corrections: what an editor decided about findings, written back into the file that the story came in.

`choosing` is what is taken without a question, `decisions` a file of what was decided; `write_back` makes the corrected
copy: only the chosen words change, every other byte stays.
"""
