"""What the post-editor is measured on: documents that it and the judge never saw, with their errors and repairs.

    python -m models.train.post_editor_sets --data DATA --more DATA2 --noise FOLDER --out sets.jsonl

`FOLDER` holds `dev_apertium_gl.jsonl` (models.train.noise.apertium, --through gl --split dev). One JSON line a
document: `set`, `name`, `text`, `errors` (start, end, share of raters who marked it), `hunks` (start, end, the word
that ought to stand there or null).
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from auditor.engines.factory import load_language_model
from auditor.protocols import LanguageModel
from auditor.values import Settings
from models.train import documents
from models.train.noise import dictionary, hunks, rules
from models.train.noise.price import price
from models.train.noise.texts import SEED, Native, native

SHARE = 0.8
"""Of the sentences that a held-out maker breaks."""
COST = 5.0
"""Nats that a planted error must cost the sentence: otherwise it may be none."""
HELD_OUT_RULES = ("pronoun",)


def main() -> None:
    """Write the sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--more", type=Path, required=True)
    parser.add_argument("--noise", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--dictionaries", type=Path, default=dictionary.FOLDER)
    parser.add_argument("--words", type=int, default=2_000, help="of each set; clean news three times as many")
    given = parser.parse_args()
    senses = dictionary.senses(given.dictionaries)
    with given.out.open("w", encoding="utf-8") as lines:
        for record in everything(given.data, given.more, given.noise, senses, given.words):
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")
            lines.flush()


def everything(
    data: Path, more: Path, noise: Path, senses: dict[str, tuple[str, ...]], words: int
) -> Iterator[dict[str, Any]]:
    """Yield the documents of all sets."""
    sound = [document for document in native(data, more, split="dev") if is_news(document)]
    yield from _taken(map(clean, sound), 3 * words)
    used = {record["name"] for record in _taken(map(clean, sound), 3 * words)}
    for pair in ("ro-en", "et-en"):
        found = post_edited(data / "qe" / f"mlqe_{pair}.parquet", pair)
        yield from _taken(found, words)
    yield from _taken(_marked(data / "qe" / "wmt_mqm_zh-en.parquet"), 2 * words)
    model = load_language_model(Settings(threads=1, cache=False))
    rest = [document for document in sound if document.name not in used]
    yield from _taken(_planted(rest, noise / "dev_apertium_gl.jsonl", model), words)
    for maker in HELD_OUT_RULES:
        yield from _taken(_by_rule(rest, maker), words)
    yield from _taken(_by_dictionary(rest, senses, model), words)


def _space(text: str) -> str:
    """Return what stands between a text and its next sentence: a headline is a paragraph of its own."""
    return "" if not text else " " if text.rstrip("\"'”’)")[-1:] in ".!?" else "\n\n"


def is_news(document: Native) -> bool:
    """Tell whether a document is like what is audited."""
    return document.origin not in {"18f-blog", "digitalgov"} and not document.origin.startswith(
        ("gum/bio", "gum/voyage")
    )


def _taken(records: Iterator[dict[str, Any]], words: int) -> Iterator[dict[str, Any]]:
    for record in records:
        yield record
        words -= record["text"].count(" ") + 1
        if words <= 0:
            return


def clean(document: Native) -> dict[str, Any]:
    """Return a document as it is."""
    text = ""
    for sentence in document.sentences:
        text += _space(text) + sentence
    return {"set": "clean", "name": document.name, "text": text, "errors": [], "hunks": []}


def post_edited(file: Path, pair: str) -> Iterator[dict[str, Any]]:
    """Yield the dev rows of MLQE-PE, a document an article, with their official tags and the post-edit's changes."""
    articles: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in pq.read_table(file, filters=[("split", "==", "dev")]).to_pylist():
        if row["token_starts"] and "\n" not in row["target"]:
            articles[row["doc_id"]].append(row)
    names = sorted(articles)
    random.Random(SEED).shuffle(names)  # noqa: S311
    for name in names:
        text, errors, repairs = "", [], []
        for row in articles[name]:
            text += "\n\n" if text else ""
            at = len(text)
            text += row["target"]
            for start, end, tag in zip(row["token_starts"], row["token_ends"], row["word_tags_wmt22"], strict=False):
                if tag == "BAD":
                    errors.append([at + start, at + end, 1.0])
            repairs += _repairs(row["post_edit"], row["target"], at)
        yield {"set": pair, "name": name, "text": text, "errors": errors, "hunks": repairs}


def _repairs(sound: str, broken: str, at: int) -> list[list[Any]]:
    """Return the short differences as (start, end, word that ought to stand there or null) of the broken text."""
    found = []
    for hunk in hunks.hunks(broken, sound):
        if hunks.is_short(hunk) and hunk.before:
            word = hunk.after[0] if len(hunk.before) == len(hunk.after) == 1 else None
            found.append([at + hunk.span.start, at + hunk.span.end, word])
    return found


def _marked(file: Path) -> Iterator[dict[str, Any]]:
    """Yield one system's translation of each held-out story of zh-en news."""
    stories: dict[str, list[documents.Labelled]] = defaultdict(list)
    for item in documents.marked(file):
        stories[item.story].append(item)
    names = sorted(stories)
    random.Random(SEED).shuffle(names)  # noqa: S311
    for name in names:
        item = random.Random(f"{SEED}/{name}").choice(stories[name])  # noqa: S311
        errors = [list(error) for error in item.errors]
        yield {"set": "zh-en", "name": name, "text": item.document.text, "errors": errors, "hunks": []}


def _planted(sound: Sequence[Native], file: Path, model: LanguageModel) -> Iterator[dict[str, Any]]:
    """Yield documents into some sentences of which one difference of a round trip was put that costs enough."""
    trips: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            trips[record["document"]][record["number"]] = record
    for document in sound:
        if document.name in trips:
            found = trips[document.name]
            yield broken(document, "apertium-gl", found, model)


def broken(
    document: Native, maker: str, trips: dict[int, dict[str, Any]], model: LanguageModel, *, share: float = SHARE
) -> dict[str, Any]:
    """Put one grave difference into a `share` of the sentences that have any."""
    chance = random.Random(f"{SEED}/{maker}/{document.name}")  # noqa: S311
    lines = [trips.get(at) or {"before": text, "after": text} for at, text in enumerate(document.sentences)]
    prices = price(lines, model)
    copies = []
    for line, costs in zip(lines, prices, strict=True):
        short = [hunk for hunk in hunks.hunks(line["before"], line["after"]) if hunks.is_short(hunk)]
        grave = [hunk for hunk, cost in zip(short, costs, strict=True) if cost >= COST]
        chosen = [chance.choice(grave)] if grave and chance.random() < share else []
        copies.append((line["before"], hunks.broken(line["before"], chosen)[0]))
    return _together(document.name, maker, copies)


def _together(name: str, maker: str, copies: Sequence[tuple[str, str]]) -> dict[str, Any]:
    text, errors, repairs = "", [], []
    for before, after in copies:
        text += _space(text)
        found = _repairs(before, after, len(text)) + _missing(before, after, len(text))
        errors += [[start, end, 1.0] for start, end, _ in found]
        repairs += found
        text += after
    return {"set": maker, "name": name, "text": text, "errors": errors, "hunks": repairs}


def _missing(before: str, after: str, at: int) -> list[list[Any]]:
    """Return the words before which a word is missing: that is where a reader stumbles."""
    found = []
    for hunk in hunks.hunks(after, before):
        if not hunk.before:
            follows = next((word for word in hunks.words(after) if word.start >= hunk.span.start), None)
            if follows:
                found.append([at + follows.start, at + follows.end, None])
    return found


def _by_rule(sound: Sequence[Native], maker: str) -> Iterator[dict[str, Any]]:
    for document in sound:
        chance = random.Random(f"{SEED}/{maker}/{document.name}")  # noqa: S311
        copies = []
        for text in document.sentences:
            hit = rules.break_sentence(text, chance, [maker]) if chance.random() < SHARE else None
            copies.append((text, hit[1] if hit else text))
        yield _together(document.name, maker, copies)


def _by_dictionary(
    sound: Sequence[Native], senses: dict[str, tuple[str, ...]], model: LanguageModel
) -> Iterator[dict[str, Any]]:
    for document in sound:
        chance = random.Random(f"{SEED}/dictionary/{document.name}")  # noqa: S311
        trips = {}
        for at, text in enumerate(document.sentences):
            after = dictionary.mistake(text, chance, senses)
            if after:
                trips[at] = {"before": text, "after": after}
        yield broken(document, "dictionary", trips, model)


if __name__ == "__main__":
    main()
