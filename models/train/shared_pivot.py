"""Make the table of English words that share a translation, from the embedded translation models.

    python models/train/shared_pivot.py        # minutes; writes auditor/repairs/data/shared_pivot.tsv

Each word of the language model's vocabulary that the dictionary knows is translated alone and in small frames
("the policy"); words with the same translation stand in one row, once a word, nearest in sound frequency order of the
vocabulary. The words are facts about the models' output, no part of them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from lemminflect import getAllLemmas

from auditor.engines.translation.firefox.translator import FirefoxTranslator
from auditor.engines.weights import installed
from auditor.text import morphology
from auditor.text.english import FUNCTION_WORDS

OUT = Path(__file__).parents[2] / "auditor" / "repairs" / "data" / "shared_pivot.tsv"
MOST = 8  # alternatives a word
FRAMES = {"NOUN": ("the {}", "a new {}"), "VERB": ("to {}", "they {}"), "ADJ": ("very {}",), "ADV": ("{}",)}
_LEADING = re.compile(
    r"^(?:(?:o|a|os|as|um|uma|para|por|eles|elas|muito|é|um novo|uma nova|novo|nova)\s+)+", re.IGNORECASE
)
_TRAILING = re.compile(r"\s+(?:novo|nova|novos|novas)$")


def main() -> None:
    """Translate, group, write."""
    words = vocabulary()
    rank = {word: number for number, word in enumerate(words)}
    translator = FirefoxTranslator(installed.model_folder("firefox-en-pt"))
    pivots = translations(words, translator)
    sharing: dict[str, set[str]] = defaultdict(set)
    for word, found in pivots.items():
        for pivot in found:
            sharing[pivot].add(word)
    lines = []
    for word in words:
        others = set().union(*(sharing[pivot] for pivot in pivots[word]))
        others -= {word, *morphology.other_forms(word)}
        kept = sorted((other for other in others if not _variant(word, other)), key=rank.__getitem__)[:MOST]
        if kept:
            lines.append(f"{word}\t{' '.join(kept)}\n")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text("".join(sorted(lines)))
    print(f"{len(lines)} words of {len(words)} share a translation with another: {OUT}")


def vocabulary() -> list[str]:
    """Return the lower-case words of the language model's vocabulary that the dictionary knows, in its order."""
    pieces = json.loads((installed.model_folder("smollm2-135m-instruct") / "tokenizer.json").read_text())["model"][
        "vocab"
    ]
    found = (piece[1:] for piece in sorted(pieces, key=pieces.__getitem__) if re.fullmatch("Ġ[a-z]{3,}", piece))
    return [word for word in found if word not in FUNCTION_WORDS and getAllLemmas(word)]


def translations(words: Iterable[str], translator: FirefoxTranslator) -> dict[str, set[str]]:
    """Return the bare translations of each word: lower case, articles and frames taken off, single words only."""
    jobs: list[tuple[str, str]] = []
    for word in words:
        jobs += [(word, frame.format(word)) for frame in _frames(word)]
    results = translator.translate([text for _, text in jobs])
    found: dict[str, set[str]] = defaultdict(set)
    for (word, _), result in zip(jobs, results, strict=True):
        bare = _TRAILING.sub("", _LEADING.sub("", result.strip().rstrip(".").lower()))
        if re.fullmatch(r"[^\W\d_]{3,}", bare):
            found[word].add(bare)
    return found


def _frames(word: str) -> set[str]:
    frames = {"{}"}
    for part in getAllLemmas(word):
        frames.update(FRAMES.get(part, ()))
    return frames


def _variant(word: str, other: str) -> bool:
    """Tell whether two words are spellings of one ("labor", "labour") or one the start of the other."""
    if word.replace("our", "or").replace("is", "iz") == other.replace("our", "or").replace("is", "iz"):
        return True
    return word.rstrip("s") == other.rstrip("s")


if __name__ == "__main__":
    main()
