"""Make a development set of real round trips, with the native original as the reference and the sound twin.

    apt-get install apertium apertium-en-gl
    python -m models.train.round_trip_set --data DATA --more DATA2 --out build/round_trips.jsonl     # minutes
    auditor evaluate build/round_trips.jsonl --system audit --whole

Native stories of the dev part are taken there and back in ways that trained nothing: greedily by the embedded students
(what was trained on was drawn at random), by Apertium through Galician, and through Galician and then the students. A
row has three sentences of a story, a maker as `system`, or "original". What differs from the original in at most four
words and costs the language model as much as a meaning does is an error, with the original's words as its `wording`;
all other differences are marked without a severity, and count for nothing: most of them are paraphrases.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from auditor.engines.factory import load_language_model, load_translators
from auditor.evaluation.paragraph_measures import ORIGINAL
from auditor.protocols import LanguageModel
from auditor.scoring import DEFAULT_PENALTIES
from auditor.text import segmentation
from auditor.text.english import FUNCTION_WORDS
from auditor.values import Settings, Severity, Span
from models.train.noise import apertium, hunks
from models.train.noise.hunks import Hunk
from models.train.noise.price import price
from models.train.noise.texts import Native, native

MEANING = 6.0
"""Nats from which a difference is an error: a synonym costs 2 to 4 (`models.train.noise.price`)."""
FEWEST, MOST = 150, 450  # words of a story; a longer one is cut off
SENTENCES = 3  # of a row
NEGATIONS = frozenset({"not", "no", "never", "nobody", "nothing", "none", "neither", "nor", "without"})

Taking = Callable[[Sequence[str]], list[str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a round trip changed.

    Its range in the sentence, the kind, how bad it is (None: it counts for nothing), and what stood there (None: nobody
    can say in a few words).
    """

    span: Span
    kind: str
    severity: Severity | None
    wording: str | None


def main() -> None:
    """Write the set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--more", type=Path, required=True, help="the second data pack")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--stories", type=int, default=12)
    given = parser.parse_args()
    torch.set_num_threads(1)
    out, home = load_translators(Settings(threads=1))
    model = load_language_model(Settings(threads=1))

    def by_students(texts: Sequence[str]) -> list[str]:
        return home.translate(out.translate(texts))

    def by_galician(texts: Sequence[str]) -> list[str]:
        there, back = apertium.PAIRS["gl"]
        return apertium.translate(apertium.translate(texts, there), back)

    def by_both(texts: Sequence[str]) -> list[str]:
        return by_students(by_galician(texts))

    makers: dict[str, Taking] = {"students": by_students, "galician": by_galician, "galician-students": by_both}
    given.out.parent.mkdir(parents=True, exist_ok=True)
    with given.out.open("w", encoding="utf-8") as stream:
        for story in stories(native(given.data, given.more, split="dev"), given.stories):
            for row in rows(story, makers, model):
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            stream.flush()
            print(story.name, flush=True)


def stories(documents: Sequence[Native], count: int) -> Iterator[Native]:
    """Yield the first stories that are long enough, each of them cut where it gets long."""
    for document in documents:
        kept: list[str] = []
        words = 0
        for sentence in document.sentences:
            if words < MOST:
                kept.append(sentence)
                words += len(sentence.split())
        if words >= FEWEST and count:
            count -= 1
            yield Native(document.name, document.origin, tuple(kept))


def rows(story: Native, makers: dict[str, Taking], model: LanguageModel) -> Iterator[dict[str, Any]]:
    """Yield the rows of a story: those of the original, and those of each maker."""
    unchanged: list[list[Difference]] = [[] for _ in story.sentences]
    yield from _rows_of(story, ORIGINAL, story.sentences, unchanged)
    for name, taken in makers.items():
        after = taken(story.sentences)
        pairs = list(zip(story.sentences, after, strict=True))
        costs = price([{"before": one, "after": other} for one, other in pairs], model)
        found = [differences(*pair, own) for pair, own in zip(pairs, costs, strict=True)]
        yield from _rows_of(story, name, after, found)


def differences(before: str, after: str, costs: Sequence[float]) -> list[Difference]:
    """Return what differs between a sentence and its round trip; `costs` has the nats of each short hunk, in order."""
    found: list[Difference] = []
    left = iter(costs)
    for hunk in hunks.hunks(before, after):
        if not hunks.is_short(hunk):
            found.append(Difference(hunk.place, "rewritten", None, None))
            continue
        kind = kind_of(hunk)
        is_error = next(left, 0.0) >= MEANING
        wording = hunk.span.of(before) + ("" if hunk.after else " ")
        severity = Severity.MINOR if kind in {"function word", "inflection"} else Severity.MAJOR
        found.append(Difference(hunk.place, kind, severity, wording) if is_error else _paraphrase(hunk))
    return found


def _paraphrase(hunk: Hunk) -> Difference:
    return Difference(hunk.place, "paraphrase", None, None)


def kind_of(hunk: Hunk) -> str:
    """Say in a few words what a hunk changed, by its words alone."""
    before, after = ({word.casefold() for word in words} for words in (hunk.before, hunk.after))
    changed = before ^ after
    if any(character.isdigit() for word in changed for character in word):
        return "number"
    if changed & NEGATIONS or any(word.endswith(("n't", "n’t")) for word in changed):
        return "negation"
    if changed <= FUNCTION_WORDS:
        return "function word"
    if len(hunk.before) == len(hunk.after) == 1 and hunk.before[0][:4].casefold() == hunk.after[0][:4].casefold():
        return "inflection"
    if any(word[:1].isupper() for word in hunk.before[-1:]) and any(word[:1].isupper() for word in hunk.after[-1:]):
        return "name"
    return "wording"


def _rows_of(
    story: Native, system: str, sentences: Sequence[str], found: Sequence[Sequence[Difference]]
) -> Iterator[dict[str, Any]]:
    pairs = list(zip(sentences, found, strict=True))
    for segment, first in enumerate(range(0, len(pairs), SENTENCES)):
        text = ""
        errors: list[dict[str, Any]] = []
        for sentence, differing in pairs[first : first + SENTENCES]:
            text += " " if text else ""
            errors += [_error(each, len(text)) for each in differing]
            text += sentence
        spans = [word.span for word in segmentation.words(text, Span(0, len(text)))]
        tags = ["BAD" if _is_marked(span, errors) else "OK" for span in spans]
        points = sum(
            DEFAULT_PENALTIES[Severity(error["severity"])] for error in errors if error["severity"] != "neutral"
        )
        yield {
            "id": f"{story.name}/{segment}/{system}",
            "lang_pair": "en-en",
            "doc_id": story.name,
            "seg_id": str(segment),
            "system": system,
            "source": "",
            "target": text,
            "target_tokens": [span.of(text) for span in spans],
            "token_starts": [span.start for span in spans],
            "token_ends": [span.end for span in spans],
            "word_tags": tags,
            "word_tags_wmt22": [*tags, "OK"],
            "error_spans": errors,
            "score": -points / max(1, len(spans)),
            "score_type": "mqm",
            "rater": "original",
            "split": "dev",
            "origin": "round-trips",
        }


def _error(difference: Difference, offset: int) -> dict[str, Any]:
    return {
        "start": difference.span.start + offset,
        "end": difference.span.end + offset,
        "severity": difference.severity.value if difference.severity else "neutral",
        "category": difference.kind,
        "wording": difference.wording,
    }


def _is_marked(word: Span, errors: Sequence[dict[str, Any]]) -> bool:
    for error in errors:
        if error["severity"] != "neutral" and word.overlaps(
            Span(error["start"], max(error["end"], error["start"] + 1))
        ):
            return True
    return False


if __name__ == "__main__":
    main()
