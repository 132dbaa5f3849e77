"""Measure a post-editor against the product of today, on sets that neither saw.

    python -m models.train.measure_post_editor read --sets SETS --mpnet FOLDER --weights FILE --out told.jsonl
    python -m models.train.measure_post_editor price --sets SETS --told told.jsonl --out priced.jsonl
    python -m models.train.measure_post_editor table --sets SETS --told priced.jsonl --today today.jsonl

`read` asks the network, `price` asks the language model what the network's best words gain, `table` prints recall of
errors at three and five false alarms per 1,000 clean words, average precision, and where the intended word ranks, with
95 % intervals by resampling documents; without `--told`, of the product of today alone. Every step but the last goes on
where it stopped.
"""

from __future__ import annotations

import argparse
import functools
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from auditor.engines.factory import load_language_model
from auditor.engines.post_editing.network import MISSING
from auditor.evaluation.measures import average_precision
from auditor.protocols import Edit, LanguageModel
from auditor.text import segmentation
from auditor.values import Settings, Span
from models.train.post_editor import PostEditor, collate, read
from models.train.post_editor_text import WINDOW, Line

Floats = NDArray[np.float64]

BEST = 30
"""Words that are remembered for each word."""
PRICED = 2
"""Words that are priced for a suspect word."""
SUSPECT = 0.1
"""The share of the words of a document that are suspect enough to be priced."""
ALARMS = (3.0, 5.0)
"""False alarms allowed per 1,000 clean words."""
TODAY = ("today", "findings", "pool")
"""The systems that need no network: the chance of each word, findings down to any threshold, candidates by value."""
FOLLOWING = 6
RESAMPLES = 200
NEVER = -40.0
"""Nats: the gain of a word for which nothing was priced."""


def main() -> None:
    """Do one of the steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("read", "price", "table"))
    for name in ("--sets", "--mpnet", "--weights", "--told", "--today", "--out"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    records = _lines(given.sets)
    if given.step == "read":
        model = PostEditor(given.mpnet)
        read(model, given.weights)
        _resume(records, given.out, functools.partial(told, model))
    elif given.step == "price":
        reader = load_language_model(Settings(threads=1, cache=False))
        pairs = list(zip(records, _lines(given.told), strict=True))
        _resume(pairs, given.out, functools.partial(priced, reader))
    elif given.step == "table":
        today = _lines(given.today)
        known = _lines(given.told) if given.told else [untold(each) for each in today]
        for line in table(records, known, today, TODAY if given.told is None else ()):
            print(line)


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _resume(items: Sequence[Any], out: Path, work: Callable[[Any], dict[str, Any]]) -> None:
    done = len(_lines(out)) if out.exists() else 0
    with out.open("a", encoding="utf-8") as lines:
        for item in items[done:]:
            lines.write(json.dumps(work(item), ensure_ascii=False) + "\n")
            lines.flush()


def untold(today: dict[str, Any]) -> dict[str, Any]:
    """Return today's words as if the network had said nothing of them."""
    words = [[start, end, 0.0, [], 0.0, "", 0.0, 0.0, None] for start, end, _ in today["words"]]
    return {"set": today["set"], "name": today["name"], "words": words}


@torch.inference_mode()
def told(model: PostEditor, record: dict[str, Any]) -> dict[str, Any]:
    """Return what the network says of each word of a document.

    `words`: start, end, log-odds that it is wrong, its best other words with their log-probabilities if it is, the
    log-odds that a word is missing before it and which, and those that a post-editor changes and a rater marks it.
    """
    document = segmentation.document(record["text"], name=record["name"])
    starts = [sentence.span.start for sentence in document.sentences]
    lines = [Line.plain(sentence.span.of(document.text)) for sentence in document.sentences]
    found = []
    for first, last in _windows(model, lines):
        batch = collate(model, [lines[first:last]])
        _, places = model.window(lines[first:last])
        states = model.states(batch)
        others = model.restored(states)
        gaps, judged = model.gap(states), model.judge(states)
        odds = -model.kept(states)
        gap = gaps[:, 1:].logsumexp(1) - gaps[:, 0]
        named = gaps[:, 1:-1].argmax(1)
        for at, (line, word, _) in enumerate(places):
            span, base = lines[first + line].words[word], starts[first + line]
            best = _best(model, others[at], span.of(lines[first + line].text))
            judgement = [round(float(value), 3) for value in judged[at]]
            numbers = [round(float(odds[at]), 3), best, round(float(gap[at]), 3), MISSING[int(named[at])], *judgement]
            found.append([span.start + base, span.end + base, *numbers])
    return {"set": record["set"], "name": record["name"], "words": found}


def _windows(model: PostEditor, lines: Sequence[Line]) -> list[tuple[int, int]]:
    windows, first, room = [], 0, WINDOW
    for at, line in enumerate(lines):
        pieces = len(model.tokenizer.encode(line.text, add_special_tokens=False).ids)
        if at > first and pieces > room + 12:
            windows.append((first, at))
            first, room = at, WINDOW
        room -= pieces
    return [*windows, (first, len(lines))] if lines else []


def _best(model: PostEditor, known: torch.Tensor, word: str) -> list[list[Any]]:
    """Return the best other words (deleting is "") with their log-probabilities, given that the word is wrong."""
    log_probs, classes = known.topk(min(BEST + 1, len(known)))
    found = []
    for value, number in zip(log_probs.tolist(), classes.tolist(), strict=True):
        written = "" if number == 0 else model.vocabulary[number - 1][0]
        if written != word.casefold():
            found.append([written, round(value, 2)])
    return found[:BEST]


def priced(reader: LanguageModel, pair: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    """Add to each word the best of its priced edits as (gain, log-probability, what is written), None if none was."""
    record, known = pair
    text, words = record["text"], known["words"]
    suspicion = [max(word[2], word[4]) for word in words]
    most = sorted(range(len(words)), key=lambda at: -suspicion[at])[: math.ceil(SUSPECT * len(words))]
    asked: list[tuple[int, float, Edit]] = []
    for at in most:
        asked += [(at, log_prob, edit) for log_prob, edit in _edits(text, words[at])]
    best: dict[int, tuple[float, float, float, str]] = {}
    units = [sentence.span for sentence in segmentation.document(text, name="").sentences]
    for passage in reader.read(text, units):
        mine = [item for item in asked if passage.span.start <= item[2].span.start < passage.span.end]
        gains = passage.rescore([edit for _, _, edit in mine], following=FOLLOWING)
        for (at, log_prob, edit), gain in zip(mine, gains, strict=True):
            value = (gain + log_prob, gain, log_prob, edit.replacement)
            best[at] = max(best.get(at, value), value)
    for at, word in enumerate(words):
        found = best.get(at)
        word.append([round(found[1], 2), round(found[2], 2), found[3]] if found else None)
    return known


def _edits(text: str, word: Sequence[Any]) -> list[tuple[float, Edit]]:
    span = Span(word[0], word[1])
    old = span.of(text)
    found = []
    for written, log_prob in word[3][:PRICED]:
        if written:
            found.append((log_prob, Edit(span, written.capitalize() if old[:1].isupper() else written)))
        else:
            end = span.end + 1 if text[span.end : span.end + 1] == " " else span.end
            found.append((log_prob, Edit(Span(span.start, end), "")))
    if word[4] > -2.0:
        found.append((min(0.0, word[4]), Edit(Span(span.start, span.start), f"{word[5]} ")))
    return found


@dataclass(frozen=True, slots=True)
class Story:
    """A document with the scores of its words by system, (words,), and its errors.

    `shares`: of the raters who marked each word; `touched`: the numbers of the words of each error.
    """

    set: str
    words: int
    scores: dict[str, Floats]
    shares: Floats
    touched: tuple[tuple[int, ...], ...]
    ranks: tuple[tuple[int, int], ...]  # of the intended word, with the network and in today's pool; 99 is nowhere


WEIGHT = 0.3
"""Of a nat of gain beside a nat of the network's odds. Set before anything was measured."""


def story(record: dict[str, Any], known: dict[str, Any], today: dict[str, Any]) -> Story:
    """Bring one document's scores and labels together, a word of the network's list at a time."""
    words = known["words"]
    spans = [Span(word[0], word[1]) for word in words]
    odds = np.array([max(word[2], word[4] - 1.0) for word in words])
    gains = np.array([word[8][0] if word[8] else NEVER for word in words])
    whole = np.array([word[8][0] + word[8][1] if word[8] else NEVER for word in words])
    chances = _of_words(spans, today["words"], 2)
    scores = {
        "tagger": odds,
        "edited": np.array([word[6] for word in words]),
        "marked": np.array([word[7] for word in words]),
        "gain": gains + 1e-3 * odds,
        "both": odds + WEIGHT * np.clip(whole, -15, 15),
        "today": chances,
        "findings": _of_words(spans, today["findings"], 2) + 1e-4 * chances,
        "pool": _of_words(spans, today["pool"], 3, floor=NEVER),
    }
    shares = np.zeros(len(words))
    for start, end, share in record["errors"]:
        for at in _inside(spans, start, end):
            shares[at] = min(1.0, shares[at] + share)
    touched, ranks = [], []
    for start, end, word in record["hunks"]:
        inside = _inside(spans, start, end)
        if inside:
            touched.append(tuple(inside))
            if word and word.isalpha() and len(inside) == 1:
                ranks.append(
                    (
                        _rank(words[inside[0]][3], word),
                        _pool_rank(today["pool"], record["text"], spans[inside[0]], word),
                    )
                )
    return Story(record["set"], len(words), scores, shares, tuple(touched), tuple(ranks))


def _inside(spans: Sequence[Span], start: int, end: int) -> list[int]:
    return [at for at, span in enumerate(spans) if span.start < max(end, start + 1) and start < span.end]


def _of_words(spans: Sequence[Span], items: Sequence[Sequence[Any]], column: int, *, floor: float = 0.0) -> Floats:
    values = np.full(len(spans), floor)
    for item in items:
        for at in _inside(spans, item[0], item[1]):
            values[at] = max(values[at], item[column])
    return values


def _rank(best: Sequence[Sequence[Any]], word: str) -> int:
    return next((at for at, (written, _) in enumerate(best) if written == word.casefold()), 99)


def _pool_rank(pool: Sequence[Sequence[Any]], text: str, span: Span, word: str) -> int:
    """Return the rank of the intended word among today's candidates for a place, by value."""
    found = []
    for start, end, replacement, value in pool:
        if start <= span.start and span.end <= end:
            found.append((-value, replacement))
    wordings = list(dict.fromkeys(replacement for _, replacement in sorted(found)))
    for rank, wording in enumerate(wordings):
        if word.casefold() in [each.text.casefold() for each in segmentation.words(wording, Span(0, len(wording)))]:
            return rank
    return 99


def _ranked(stories: Sequence[Story], names: Sequence[str]) -> Callable[[Story], Floats]:
    """Return a score that is the mean of the ranks that systems give a word, as shares of all words, 0-1."""
    pools = {name: np.sort(np.concatenate([each.scores[name] for each in stories])) for name in names}

    def mean(each: Story) -> Floats:
        shares = [np.searchsorted(pools[name], each.scores[name]) / len(pools[name]) for name in names]
        return np.asarray(np.mean(shares, axis=0))

    return mean


def table(records: Sequence[Any], known: Sequence[Any], today: Sequence[Any], names: Sequence[str] = ()) -> list[str]:
    """Return the lines of the tables; `names` are the systems that are measured, all where none is named."""
    stories = [story(*each) for each in zip(records, known, today, strict=True)]
    together = _ranked(stories, ("both", "today"))
    for each in stories:
        each.scores["both+today"] = together(each)
    systems = names or list(stories[0].scores)
    clean = [each for each in stories if each.set == "clean"]
    lines = [f"clean: {sum(each.words for each in clean)} words, {len(clean)} documents"]
    for allowed in ALARMS:
        bars = {name: bar(clean, name, allowed) for name in systems}
        lines.append(f"\nat most {allowed:g} false alarms per 1,000 clean words")
        for name in systems:
            rate = alarms(clean, name, bars[name])
            lines.append(f"  {name:11} from {bars[name]:.3f} on: {rate:.2f}")
        for which in dict.fromkeys(each.set for each in stories if each.set != "clean"):
            mine = [each for each in stories if each.set == which]
            words, errors = sum(each.words for each in mine), sum(len(each.touched) for each in mine)
            lines.append(f"{which}: {words} words, {len(mine)} documents, {errors} errors")
            for name in systems:
                lines.append(f"  {name:11}" + _row(mine, name, bars[name]))
    return [*lines, "", *ranks([each for each in stories if each.ranks])]


def _row(stories: Sequence[Story], name: str, limit: float) -> str:
    precision = _interval(stories, lambda chosen: _average_precision(chosen, name))
    row = f" AP {precision}"
    if any(each.touched for each in stories):
        row += f"  recall {_interval(stories, lambda chosen: recall(chosen, name, limit))}"
    return row + f"  precision of flagged words {_precision(stories, name, limit):.2f}"


def _interval(stories: Sequence[Story], measure: Callable[[Sequence[Story]], float]) -> str:
    chance = np.random.default_rng(1)
    values = []
    for _ in range(RESAMPLES):
        drawn = chance.integers(len(stories), size=len(stories))
        values.append(measure([stories[at] for at in drawn]))
    low, high = np.nanquantile(values, (0.025, 0.975))
    return f"{measure(stories):.3f} ({low:.3f}-{high:.3f})"


def _average_precision(stories: Sequence[Story], name: str) -> float:
    shares = np.concatenate([each.shares for each in stories])
    values = np.concatenate([each.scores[name] for each in stories])
    wrong = np.concatenate([np.ones(len(shares), bool), np.zeros(len(shares), bool)])
    return average_precision(wrong, np.concatenate([values, values]), np.concatenate([shares, 1 - shares]))


def runs(flags: NDArray[np.bool_]) -> int:
    """Count the stretches of flagged words: an editor looks at each once."""
    return int(np.sum(flags & ~np.concatenate([[False], flags[:-1]])))


def alarms(stories: Sequence[Story], name: str, limit: float) -> float:
    """Return the alarms per 1,000 words at a bar."""
    return 1000 * sum(runs(each.scores[name] >= limit) for each in stories) / sum(each.words for each in stories)


def bar(clean: Sequence[Story], name: str, allowed: float) -> float:
    """Return the lowest bar that allows no more false alarms per 1,000 words."""
    values = np.unique(np.concatenate([each.scores[name] for each in clean]))[::-1]
    chosen = float("inf")
    for value in values[:200]:
        if alarms(clean, name, value) > allowed:
            break
        chosen = float(value)
    return chosen


def recall(stories: Sequence[Story], name: str, limit: float) -> float:
    """Return the share of errors of which a word is flagged."""
    hits = total = 0
    for each in stories:
        flags = each.scores[name] >= limit
        hits += sum(bool(flags[list(inside)].any()) for inside in each.touched)
        total += len(each.touched)
    return hits / max(1, total)


def _precision(stories: Sequence[Story], name: str, limit: float) -> float:
    flags = np.concatenate([each.scores[name] >= limit for each in stories])
    shares = np.concatenate([each.shares for each in stories])
    return float(shares[flags].mean()) if flags.any() else 0.0


def ranks(stories: Sequence[Story]) -> list[str]:
    """Return how often the intended word is among the first few."""
    lines = []
    for which in dict.fromkeys(each.set for each in stories):
        mine = [each for each in stories if each.set == which]
        count = sum(len(each.ranks) for each in mine)
        lines.append(f"{which}: the intended word of {count} one-word errors is among the first")
        for column, name in enumerate(("tagger", "pool")):
            shares = [_interval(mine, _first(column, most)) for most in (1, 3, 10, 30)]
            lines.append(
                f"  {name:8}"
                + "  ".join(f"{most}: {share}" for most, share in zip((1, 3, 10, 30), shares, strict=True))
            )
    return lines


def _first(column: int, most: int) -> Callable[[Sequence[Story]], float]:
    def share(stories: Sequence[Story]) -> float:
        found = [pair[column] < most for each in stories for pair in each.ranks]
        return float(np.mean(found)) if found else 0.0

    return share


if __name__ == "__main__":
    main()
