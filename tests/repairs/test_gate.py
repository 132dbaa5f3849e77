"""Where the model-proposed mechanisms look."""

from __future__ import annotations

import math

from auditor.repairs.model_proposed.gate import DOUBT, SUSPICION_NATS, is_suspicious
from auditor.text import document_context, segmentation
from auditor.values import Measurements, PostEdits

_DOCUMENT = segmentation.document("They went home again by train today.", name="test")
_SURE = DOUBT - 1.0


def _looked_at(*, wrong: tuple[float, ...] = (), missing: float = _SURE, nats: float = SUSPICION_NATS) -> list[str]:
    """Return the words that deserve a look; each word alone costs `nats`, and the third has `missing` before it."""
    (sentence,) = _DOCUMENT.sentences
    surprisals = {word.span.start: nats for word in sentence.words}
    empty: tuple[tuple[str, float], ...] = ()
    gaps = tuple(("the", missing if at == 2 else _SURE) for at in range(len(wrong)))
    edits = PostEdits(wrong, (empty,) * len(wrong), gaps, wrong, wrong)
    measurements = Measurements(
        _DOCUMENT, document_context.measure(_DOCUMENT), surprisals, post_edits={0: edits} if wrong else {}
    )
    return [word.text for at, word in enumerate(sentence.words) if is_suspicious(sentence, measurements, at)]


def test_a_doubted_word_and_those_beside_it() -> None:
    """Of words that all surprise the language model."""
    assert _looked_at(wrong=(_SURE, _SURE, _SURE, DOUBT, _SURE, _SURE, _SURE)) == ["home", "again", "by"]
    assert _looked_at(wrong=(_SURE,) * 7, missing=DOUBT) == ["went", "home", "again"]
    assert _looked_at(wrong=(_SURE,) * 7) == []


def test_a_word_that_surprises_nobody_is_left_alone() -> None:
    """However much the post-editor doubts it; what follows the word counts as well."""
    assert _looked_at(wrong=(3.0,) * 7, nats=SUSPICION_NATS / 2) == ["They", "went", "home", "again", "by", "train"]
    assert _looked_at(wrong=(3.0,) * 7, nats=0.4 * SUSPICION_NATS) == []


def test_what_was_not_read_is_looked_at() -> None:
    """Without a post-editor, and where its window ended."""
    everything = [word.text for word in _DOCUMENT.words]

    assert _looked_at() == everything
    assert _looked_at(wrong=(_SURE,) * 4 + (math.nan,) * 3) == ["again", "by", "train", "today"]
