"""Break native stories for the detector's fit, with errors of several makers, none of which the measuring sets use.

    python -m models.train.planted --data DATA --more DATA2 --noise FOLDER --out planted.jsonl     # minutes

`FOLDER` holds `dev_apertium_{cat,spa,eo}.jsonl` (models.train.noise.apertium, --split dev). Each story comes twice,
sound and broken, as `models.train.post_editor_sets` writes its documents; neither the post-editor nor its sets have it.
How much of a story is broken is drawn for each, from a tenth to six tenths of its sentences; only what costs its
sentence 5 nats or more is put in, so that no paraphrase counts as an error.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.engines.factory import load_language_model
from auditor.protocols import LanguageModel
from auditor.values import Settings
from models.train.noise import foreign, rules, senses
from models.train.noise.texts import SEED, Native, native
from models.train.post_editor_sets import HELD_OUT_RULES, broken, clean, is_news

RESERVED = 40
"""Stories of the development part that the measuring sets draw from, at the head of the seeded order."""
APERTIUM = ("cat", "spa", "eo")
SENSE, FOREIGN, RULE = 0.25, 0.05, 0.3
"""Of the sentences that are broken, how many get another sense, a foreign word, a slip of grammar or form; the others a
difference of a round trip."""
_RULES = tuple(name for name in rules.RULES if name not in HELD_OUT_RULES)


def main() -> None:
    """Write the stories."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--data", "--more", "--noise", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--words", type=int, default=10_000, help="of sound stories; as many broken ones")
    given = parser.parse_args()
    stories = [story for story in native(given.data, given.more, split="dev") if is_news(story)][RESERVED:]
    model = load_language_model(Settings(threads=1, cache=False))
    breaker = Breaker(read_trips(given.noise), senses.senses(), foreign.words(), model)
    words = given.words
    with given.out.open("w", encoding="utf-8") as lines:
        for story in stories:
            if words > 0 and story.origin != "clean_news":  # of which the detector has all documents anyway
                for record in (clean(story), breaker.broken(story)):
                    lines.write(json.dumps(record, ensure_ascii=False) + "\n")
                lines.flush()
                words -= sum(sentence.count(" ") + 1 for sentence in story.sentences)


Trips = dict[tuple[str, int], list[str]]
"""A document and the number of a sentence: what came back of it."""


def read_trips(noise: Path) -> Trips:
    """Read the round trips of all engines."""
    trips: Trips = defaultdict(list)
    for through in APERTIUM:
        for line in (noise / f"dev_apertium_{through}.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            trips[record["document"], record["number"]].append(record["after"])
    return dict(trips)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Puts errors of several makers into stories; `model` says what an error costs."""

    trips: Trips
    senses: senses.Senses
    foreign: dict[str, tuple[str, ...]]
    model: LanguageModel

    def broken(self, story: Native) -> dict[str, Any]:
        """Return a story with errors."""
        chance = random.Random(f"{SEED}/planted/{story.name}")  # noqa: S311
        share = chance.uniform(0.1, 0.6)
        lines: dict[int, dict[str, Any]] = {}
        for number, text in enumerate(story.sentences):
            after = self._after(story, number, chance)
            if after and chance.random() < share:
                lines[number] = {"before": text, "after": after}
        return broken(story, "planted", lines, self.model, share=1.0)

    def _after(self, story: Native, number: int, chance: random.Random) -> str | None:
        text, drawn = story.sentences[number], chance.random()
        if drawn < SENSE:
            return senses.mistake(text, chance, self.senses)
        if drawn < SENSE + FOREIGN:
            return foreign.mistake(text, chance, self.foreign)
        trips = self.trips.get((story.name, number), ())
        if drawn < SENSE + FOREIGN + RULE or not trips:
            done = rules.break_sentence(text, chance, _RULES)
            return done[1] if done else None
        return chance.choice(trips)


if __name__ == "__main__":
    main()
