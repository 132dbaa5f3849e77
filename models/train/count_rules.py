"""Count how often the places that a rule names are errors: what a rule that is too rare to be fitted is heard by.

    python -m models.train.count_rules --data ../shared/data --more ../shared/data2     # ten minutes, no models

The detector is fitted on some 25,000 words, in which a foreign clock time or a doubled negation does not occur. So the
rules named here are left out of the fit (`models.train.fit_detector`) and heard by a chance that is counted, a pattern
at a time, over as much text as there is. Read are

- clean news of both packs (`clean_news.parquet`; `native_news.parquet` but for blogs and half of Voice of America):
  every place is wrong;
- the paragraphs of this news with damage planted (`models.train.planted_kinds`): of each family one place in 10,000
  words. A damage that a rule names is right;
- translations of news (`mt_news.parquet`, documents whose name hashes to an odd number, two systems each; MLQE-PE's
  train rows with their post-edits as references): a place is wrong where a reference has its wording; right where the
  suggestion's new words stand in a reference or another system's translation, or there is nothing to suggest; open, and
  not counted, where nobody has either wording. The same repair of the same document counts once.

A pattern's chance is (right + 2 m) / (right + wrong + 2) over all of them, m being the same share over all patterns of
its rule, begun at one half: a pattern that was seen twice is believed half as much as its rule, and one that was never
seen gets what lies between m and one half. What is planted counts a third, as if there were one such error in 30,000
words, and no chance is above .95: what is planted looks like what a rule was written for. That is a choice; "all" is
the chance if it counted whole. A wrong pronoun comes oftener: `gender_errors_per_10000_words` counts segments of
translations with pronouns of the one gender alone whose reference has those of the other alone. Intervals are those of
Jeffreys (95 %). The language model is not asked, so a rule needs no gain to be heard. Slips of the clean news itself
(`SLIPS`, read one by one) do not count.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import pyarrow.parquet as pq
from scipy.stats import beta

from auditor.detection.parameters import COUNTED_RULES
from auditor.repairs import REPAIRS
from auditor.repairs.traits import traits_of
from auditor.text import document_context, segmentation
from auditor.values import Candidate, Document, Measurements, Span
from models.train import planted_kinds
from models.train.planted_kinds import Planted

RULES = tuple(rule for rule in REPAIRS if traits_of(rule).is_counted)
NO_FLOOR = -40.0
"""Nats that the language model must give a rule's repair: any. What is counted holds without asking it."""
SEED = planted_kinds.SEED
SYSTEMS = 2  # of each document
POST_EDITED = 1_500  # translations of each pair of MLQE-PE
PLANTED_WEIGHT = 1 / 3
MOST = 0.95
SLIPS = frozenset(
    """
    accomodate accomodation beteen breakast centraql coaltion commerical congratuatlions dissatisified
    embarrased estanged follwoing froce gatheredin influnce inforamtion laywers lenghty loyality luxerious
    midestern miillion misdmeanor monitorigin occassion organisatiion peformed pilgrams provincal receving
    recieve responsiblity unidentifiied waiing
    """.split()  # noqa: SIM905, a list of words is read as words
)
PRIOR = 2.0  # places' worth of what the rule is like as a whole
TURNED = 0.2  # share of the paragraphs of a story that have "he" and "she" exchanged
STORIES_TURNED = 0.3  # share of the stories; all their damage together counts as one place in 10,000 words
MOST_OF_IT = "voa/groningen-meaning-bank"
_TOKEN = re.compile(r"[\w.,:%$€£'’-]*\w[%€]?|[%$€]")
_HE = re.compile(r"(?i)\b(?:he|him|his|himself)\b")
_SHE = re.compile(r"(?i)\b(?:she|her|hers|herself)\b")
_LATIN = dict(
    zip("абвгдезийклмнопрстуфхыэ", "a b v g d e z i y k l m n o p r s t u f kh y e".split(), strict=True)  # noqa: SIM905
) | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya", "ё": "yo"}


Story = tuple[str, list[str]]
"""A name and paragraphs; of a foreign sentence its language and its words."""


@dataclass(slots=True)
class Translation:
    """Paragraphs, each with its references and other systems' translations."""

    name: str
    paragraphs: list[str]
    references: list[list[str]]
    others: list[list[str]]


@dataclass(slots=True)
class Count:
    """What was counted of a pattern: places of translations, false alarms in clean news, planted damage it found."""

    right: float = 0.0
    wrong: float = 0.0
    open: int = 0
    alarms: int = 0
    planted: float = 0.0

    def __iadd__(self, other: Count) -> Count:
        for name in ("right", "wrong", "open", "alarms", "planted"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


def _no_counts() -> dict[str, dict[str, Count]]:
    return {rule: {} for rule in RULES}


@dataclass(slots=True)
class Counts:
    """All that was counted: by rule and pattern, by family of damage (planted, found), and the words of each text."""

    rules: dict[str, dict[str, Count]] = field(default_factory=_no_counts)
    families: dict[str, tuple[int, int]] = field(default_factory=dict)
    words: Counter[str] = field(default_factory=Counter)
    gender_errors: int = 0

    def __iadd__(self, other: Counts) -> Counts:
        for rule, patterns in other.rules.items():
            for pattern, count in patterns.items():
                own = self.rules[rule].setdefault(pattern, Count())
                own += count
        for family, tally in other.families.items():
            planted, found = self.families.get(family, (0, 0))
            self.families[family] = (planted + tally[0], found + tally[1])
        self.words.update(other.words)
        return self

    def of(self, candidate: Candidate) -> Count:
        """Return what is counted of a candidate's pattern."""
        return self.rules[candidate.mechanism].setdefault(candidate.pattern, Count())


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--more", type=Path, required=True)
    parser.add_argument("--file", type=Path, default=Path(__file__).parents[1] / "detector" / COUNTED_RULES)
    parser.add_argument("--places", type=Path, help="where to list every place that was counted")
    arguments = parser.parse_args()
    news = [*_native(arguments.data / "clean_news.parquet", ["doc_id", "text"])]
    news += _native(arguments.more / "native_news.parquet", ["doc_id", "text", "domain", "origin"])
    counts = Counts()
    listed: list[str] = []
    with ProcessPoolExecutor(3) as pool:
        parts = [
            pool.submit(_count_clean, news),
            pool.submit(_count_planted, news, [*_foreign(arguments.more)]),
            pool.submit(_count_translations, arguments.data, arguments.more),
        ]
        for part in parts:
            own, lines = part.result()
            counts += own
            listed += lines
    counts.gender_errors, counts.words["translations, for pronouns"] = _gender_errors(
        arguments.more / "mt_news.parquet"
    )
    if arguments.places:
        arguments.places.write_text("\n".join([*listed, ""]))
    arguments.file.write_text(json.dumps(_content(counts), indent=1, ensure_ascii=False) + "\n")
    print(arguments.file.read_text())


def places(document: Document) -> Iterator[list[Candidate]]:
    """Yield the candidates of each place, a rule at a time."""
    measurements = Measurements(document, document_context.measure(document))
    for rule in RULES:
        module = REPAIRS.load(rule)
        for sentence in document.sentences:
            for _, group in groupby(module.propose(sentence, measurements), key=_span):
                yield list(group)


def _span(candidate: Candidate) -> Span:
    return candidate.span


def _line(kind: str, candidate: Candidate, text: str) -> str:
    span = candidate.span
    near = " ".join(text[max(0, span.start - 60) : span.end + 60].split())
    return "\t".join((kind, candidate.mechanism, candidate.pattern, span.of(text), candidate.replacement, near))


# --- clean news, and damage in it ----------------------------------------------------------------------------------


def _native(file: Path, columns: Sequence[str]) -> Iterator[Story]:
    """Yield each document of news; of Voice of America, which has most of the words, one in two."""
    rows = pq.read_table(file, columns=list(columns)).to_pylist()
    for name, group in groupby(rows, key=_document_name):
        own = list(group)
        is_left_out = own[0].get("origin") == MOST_OF_IT and not is_kept(name)
        if own[0].get("domain") != "government_blog" and not is_left_out:
            yield name, [" ".join(row["text"].split()) for row in own]


def _document_name(row: Mapping[str, str]) -> str:
    return row["doc_id"]


def _count_clean(news: Sequence[Story]) -> tuple[Counts, list[str]]:
    counts = Counts()
    listed: list[str] = []
    for name, paragraphs in news:
        document = segmentation.document("\n\n".join(paragraphs), name=name)
        counts.words["clean"] += len(document.words)
        for candidates in places(document):
            if candidates[0].span.of(document.text) in SLIPS:
                counts.words["slips of the clean news"] += 1
                continue
            counts.of(candidates[0]).alarms += 1
            listed.append(_line("alarm", candidates[0], document.text))
    return counts, listed


def _count_planted(news: Sequence[Story], foreign: Sequence[Story]) -> tuple[Counts, list[str]]:
    """Plant damage; only paragraphs that have some are read again, of stories with pronouns turned all of them."""
    counts = Counts()
    listed: list[str] = []
    paragraphs = [paragraph for _, own in news for paragraph in own]
    words = sum(len(paragraph.split()) for paragraph in paragraphs)
    shares = planted_kinds.rates(paragraphs, words)
    insert = min(1.0, words / planted_kinds.WORDS_A_DAMAGE / len(paragraphs))
    turned: list[list[Planted]] = []
    for name, own in news:
        chance = random.Random(f"{SEED}/{name}")  # noqa: S311 (a seeded order, not a secret)
        for paragraph in own:
            planted = _planted(paragraph, shares, insert, foreign, chance)
            if planted.places:
                _count_found(name, [planted], counts, 1.0, listed)
        if chance.random() < STORIES_TURNED:
            turned.append([_turned(paragraph, chance) for paragraph in own])
    all_turned = sum(bool(each.places) for story in turned for each in story)
    for story in turned:
        _count_found("turned", story, counts, words / planted_kinds.WORDS_A_DAMAGE / max(1, all_turned), listed)
    return counts, listed


def _planted(
    paragraph: str,
    shares: Mapping[str, float],
    insert: float,
    foreign: Sequence[Story],
    chance: random.Random,
) -> Planted:
    if chance.random() < insert:
        language, words = chance.choice(foreign)
        found = planted_kinds.with_foreign(paragraph, words, chance)
        return Planted(found.text, tuple((start, end, f"{family}: {language}") for start, end, family in found.places))
    return planted_kinds.damaged(paragraph, shares, chance)


def _turned(paragraph: str, chance: random.Random) -> Planted:
    """Exchange the pronouns of one paragraph in a few; the place is its first one, and stands for all of them."""
    planted = planted_kinds.with_turned_pronouns(paragraph) if chance.random() < TURNED else Planted(paragraph, ())
    return Planted(planted.text, ((0, len(planted.text), "pronouns"),) if planted.places else ())


def _count_found(name: str, planted: Sequence[Planted], counts: Counts, weight: float, listed: list[str]) -> None:
    """Count the damage of a document that the rules name."""
    damage = [*planted_kinds.in_order(planted)]
    if not damage:
        return
    document = segmentation.document("\n\n".join(each.text for each in planted), name=name)
    found: dict[tuple[int, int, str], Candidate] = {}
    for candidates in places(document):
        span = candidates[0].span
        for start, end, family in damage:
            is_about_it = (family == "pronouns") == (candidates[0].mechanism == "pronouns")
            if start < span.end and span.start < end and is_about_it:
                found.setdefault((start, end, family), candidates[0])
    for place in damage:
        made, named = counts.families.get(place[2], (0, 0))
        counts.families[place[2]] = (made + 1, named + (place in found))
        if place in found:
            counts.of(found[place]).planted += weight
        elif place[2] != "pronouns":
            near = " ".join(document.text[max(0, place[0] - 60) : place[1] + 60].split())
            listed.append("\t".join(("missed", place[2], "", document.text[place[0] : place[1]], "", near)))


def _foreign(more: Path) -> Iterator[Story]:
    """Yield (language, words) of sentences that the table of foreign words was not fitted on.

    German and Czech news, Russian news in its own and in Latin letters; Spanish, French, Italian and Portuguese medical
    abstracts (dev rows).
    """
    columns = ["lang_pair", "source", "domain", "seg_id"]
    seen: set[str] = set()
    for row in pq.read_table(more / "mt_news.parquet", columns=columns).to_pylist():
        language = row["lang_pair"].partition("-")[0]
        if language in {"de", "cs", "ru"} and row["domain"] == "news" and row["source"] not in seen:
            seen.add(row["source"])
            words = _words(row["source"])
            if len(words) >= 8:
                yield language, words
                if language == "ru":
                    yield (
                        "ru in Latin letters",
                        ["".join(_LATIN.get(letter, letter) for letter in word) for word in words],
                    )
    bio = pq.read_table(more / "mqm_into_english.parquet", columns=["lang_pair", "source", "origin", "split"])
    for row in bio.to_pylist():
        language = row["lang_pair"].partition("-")[0]
        if row["origin"] == "bio-mqm/v2" and row["split"] == "dev" and language in {"es", "fr", "it", "pt"}:
            words = _words(row["source"])
            if row["source"] not in seen and len(words) >= 8:
                seen.add(row["source"])
                yield language, words


def _words(sentence: str) -> list[str]:
    return [word.lower() for word in sentence.split() if re.fullmatch(r"[^\W\d_]+(?:['’][^\W\d_]+)?,?", word)]


# --- translations --------------------------------------------------------------------------------------------------


def _count_translations(data: Path, more: Path) -> tuple[Counts, list[str]]:
    counts = Counts()
    listed: list[str] = []
    seen: set[tuple[str, str, str]] = set()
    for text in _translations(data, more):
        document = segmentation.document("\n\n".join(text.paragraphs), name=text.name)
        counts.words["translations"] += len(document.words)
        starts: list[int] = []
        at = 0
        for paragraph in text.paragraphs:
            starts.append(at)
            at += len(paragraph) + 2
        for candidates in places(document):
            first, wording = candidates[0], candidates[0].span.of(document.text)
            key = (text.name.rpartition("/")[0], wording, first.pattern)
            if key in seen:
                continue
            seen.add(key)
            number = sum(start <= first.span.start for start in starts) - 1
            verdicts = [_verdict(each, wording, text, number) for each in candidates]
            count = counts.of(first)
            verdict = "right" if "right" in verdicts else "wrong" if "wrong" in verdicts else "open"
            count.right += verdict == "right"
            count.wrong += verdict == "wrong"
            count.open += verdict == "open"
            listed.append(_line(verdict, first, document.text))
    return counts, listed


def _verdict(candidate: Candidate, wording: str, text: Translation, paragraph: int) -> str:
    """Return what references and other systems say of a place of a translation."""
    references = text.references[paragraph]
    others = [*references, *text.others[paragraph]]
    is_case_alone = candidate.replacement.lower() == wording.lower()
    tokens = [" ".join(_tokens(other, fold=not is_case_alone)) for other in others]  # references first
    doubted = " ".join(_tokens(wording, fold=not is_case_alone))
    if any(f" {doubted} " in f" {other} " for other in tokens[: len(references)]):
        return "wrong"
    if not candidate.shown:
        return "right"
    own = set(_tokens(wording, fold=not is_case_alone))
    new = [token for token in _tokens(candidate.replacement, fold=not is_case_alone) if token not in own]
    for other in tokens:
        if new and all(f" {token} " in f" {other} " for token in new):
            return "right"
    return "open"


def _tokens(text: str, *, fold: bool) -> list[str]:
    found: list[str] = _TOKEN.findall(text.casefold() if fold else text)
    return [token.rstrip(".,:") for token in found]


def _translations(data: Path, more: Path) -> Iterator[Translation]:
    yield from _by_systems(more / "mt_news.parquet")
    for pair in ("et-en", "ro-en", "ru-en", "ne-en", "si-en"):
        yield from _post_edited(data / "qe" / f"mlqe_{pair}.parquet")


def is_kept(name: str) -> bool:
    """Tell whether a document is kept for counting; the others were read when the patterns were written."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 == 1


def _by_systems(file: Path) -> Iterator[Translation]:
    columns = ["doc_id", "seg_id", "system", "target", "reference", "reference_b", "domain"]
    by_document: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for row in pq.read_table(file, columns=columns).to_pylist():
        if row["domain"] == "news" and is_kept(row["doc_id"]) and row["target"].strip() and "\n" not in row["target"]:
            by_document[row["doc_id"]].append(row)
    for name, own in sorted(by_document.items()):
        rivals: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in own:
            rivals[row["seg_id"]].append((row["system"], row["target"]))
        systems = sorted({row["system"] for row in own})
        for system in random.Random(f"{SEED}/{name}").sample(systems, min(SYSTEMS, len(systems))):  # noqa: S311
            mine = [row for row in own if row["system"] == system]
            references: list[list[str]] = []
            others: list[list[str]] = []
            for row in mine:
                references.append([row[key] for key in ("reference", "reference_b") if row[key]])
                others.append([text for other, text in rivals[row["seg_id"]] if other != system])
            yield Translation(f"{name}/{system}", [" ".join(row["target"].split()) for row in mine], references, others)


def _post_edited(file: Path) -> Iterator[Translation]:
    """Yield translations of MLQE-PE with their post-edits as references, fifty at a time."""
    rows = pq.read_table(file, columns=["target", "post_edit", "split"]).to_pylist()
    own = [row for row in rows if row["split"] == "train" and row["post_edit"] and "\n" not in row["target"].strip()]
    own = own[:POST_EDITED]
    for start in range(0, len(own), 50):
        part = own[start : start + 50]
        references = [[row["post_edit"]] for row in part]
        targets = [" ".join(row["target"].split()) for row in part]
        yield Translation(f"{file.stem}/{start}/", targets, references, [[] for _ in part])


def _gender_errors(file: Path) -> tuple[int, int]:
    """Return how many segments of all translations have pronouns of the other gender, and how many words there are."""
    errors = words = 0
    for row in pq.read_table(file, columns=["target", "reference"]).to_pylist():
        words += len(row["target"].split())
        has_he, has_she = bool(_HE.search(row["target"])), bool(_SHE.search(row["target"]))
        wants_he, wants_she = bool(_HE.search(row["reference"])), bool(_SHE.search(row["reference"]))
        if has_he != has_she and wants_he != wants_she:
            errors += has_he != wants_he
    return errors, words


# --- the file ------------------------------------------------------------------------------------------------------


def _content(counts: Counts) -> dict[str, object]:
    clean = counts.words["clean"]
    rules: dict[str, object] = {}
    for rule, patterns in counts.rules.items():
        whole = Count()
        for count in patterns.values():
            whole += count
        mean = _chance(whole, 0.5)
        written: dict[str, object] = {"": _numbers(Count(), (mean + 0.5) / 2)}
        for pattern, count in sorted(patterns.items()):
            written[pattern] = _numbers(count, mean)
        alarms = round(1000 * whole.alarms / max(1, clean), 4)
        rules[rule] = {"threshold": NO_FLOOR, "alarms_per_1000_clean_words": alarms, "patterns": written}
    alarms = sum(count.alarms for patterns in counts.rules.values() for count in patterns.values())
    for_pronouns = counts.words["translations, for pronouns"]
    provenance = {
        "command": "python -m models.train.count_rules --data ../shared/data --more ../shared/data2",
        "seed": SEED,
        "words": dict(counts.words),
        "alarms_per_1000_clean_words": round(1000 * alarms / max(1, clean), 4),
        "gender_errors_per_10000_words": round(10_000 * counts.gender_errors / max(1, for_pronouns), 3),
        "damage": {name: {"planted": n, "found": found} for name, (n, found) in sorted(counts.families.items())},
    }
    return {"rules": rules, "provenance": provenance}


def _chance(count: Count, mean: float, *, planted: float = PLANTED_WEIGHT) -> float:
    right = count.right + planted * count.planted
    return min(MOST, (right + PRIOR * mean) / (right + count.wrong + count.alarms + PRIOR))


def _numbers(count: Count, mean: float) -> dict[str, object]:
    right, wrong = count.right + PLANTED_WEIGHT * count.planted, count.wrong + count.alarms
    low, high = beta.ppf([0.025, 0.975], right + 0.5, wrong + 0.5)
    return {
        "chance": round(_chance(count, mean), 3),
        "all": round(_chance(count, mean, planted=1.0), 3),
        "interval": [round(float(low), 3), round(float(high), 3)],
        "right": count.right,
        "wrong": count.wrong,
        "open": count.open,
        "alarms": count.alarms,
        "planted": round(count.planted, 1),
    }


if __name__ == "__main__":
    main()
