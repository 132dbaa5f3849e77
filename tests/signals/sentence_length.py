"""How long each sentence is: a signal that nothing in the package knows, to show what a new one takes.

What it measures:
    The words of each sentence.

Why it suggests an error:
    It does not.

Known problems:
    It says nothing.

Example:
    "The talks go on." has four.

Source:
    None.
"""

from __future__ import annotations

from auditor.protocols import Engines, Excerpt
from auditor.values import Measurements, Numbers, Per


def measure(excerpt: Excerpt, context: Measurements, engines: Engines) -> Measurements:
    """Add the number of words of each sentence."""
    del engines
    lengths = {sentence.span.start: float(len(sentence.words)) for sentence in excerpt.sentences}
    return context.with_numbers("sentence-length", Numbers("words", Per.SENTENCE, lengths))
