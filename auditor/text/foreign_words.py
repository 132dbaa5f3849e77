"""Whether a few words are of another language than English, by the runs of letters that they are made of.

`auditor.text.language_id` names the language of a paragraph by its function words; this one is asked about two words in
the middle of a sentence. What each run of letters weighs was fitted by `models/train/foreign_words.py`
(`models/foreign-words.md`): a table of 9,000 runs, read when a story has words that English does not know.

Measured (windows of held-out text, at odds of a thousand to one): see the card.
"""

from __future__ import annotations

import functools
import gzip
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

TABLE = Path(__file__).parent / "foreign_words.tsv.gz"
LONGEST_RUN = 4
_EDGE = "_"
# Parts of set phrases that English took over whole.
BORROWED = frozenset(
    """
    bono masse raison être état guerre blanche laude magna summa facto jure vadis versa absentia bona fide mens rea sui
    generis juris habeas corpus amicus curiae nolo pâté foie gras naturel nouveau riche soirée haute couture nouvelle
    cuisine bossa samba prima donna dolce vita cosa nostra alma mater terra firma incognita status quo modus operandi
    vivendi pari passu sine qua persona grata gratis ipso ergo cogito deus machina lingua franca rigor mortis rara avis
    tabula rasa vice annum capita diem mortem partum scriptum nauseam infinitum libitum interim lib hoc hominem fête
    accompli propos trois vérité noir pointe chic passé protégé fiancé blasé attaché chargé affaires communiqué détente
    coup début façade cliché rendez vous gauche droite roi soleil nom plume pied terre tête carte
    coeur cœur crème brûlée
    soufflé consommé flambé sauté purée pièce résistance tour force volte vis maître chaise longue schadenfreude
    etcetera krona karoshi weltanschauung zeitgeist gestalt angst kindergarten über ersatz realpolitik wunderkind
    hinterland leitmotif
    """.split()  # noqa: SIM905, a list of words is read as words
)
"""They count as foreign in no place."""


def runs(word: str) -> Iterator[str]:
    """Yield the runs of one to four letters of a lower-case word; the edges of the word count as letters."""
    marked = f"{_EDGE}{word}{_EDGE}"
    for size in range(1, LONGEST_RUN + 1):
        for start in range(len(marked) - size + 1):
            yield marked[start : start + size]
    if len(word) <= LONGEST_RUN:
        yield f"{_EDGE}{marked}"  # a whole short word, which no run of another one is


def nats(words: Sequence[str]) -> float:
    """Return the log-odds, in nats, that lower-case words are not English but one of the languages of the table."""
    sums = _sums(words)
    foreign = [total for language, total in sums.items() if language != "en"]
    return _log_sum(foreign) - sums["en"]


def likeliest(words: Sequence[str]) -> str:
    """Return the code of the likeliest language of lower-case words."""
    sums = _sums(words)
    return max(sums, key=lambda language: (sums[language], language))


def _sums(words: Sequence[str]) -> dict[str, float]:
    languages, weights = table()
    totals = list(weights[""])
    for word in words:
        for run in runs(word):
            own = weights.get(run)
            if own is not None:
                totals = [total + weight for total, weight in zip(totals, own, strict=True)]
    return dict(zip(languages, totals, strict=True))


def _log_sum(values: Sequence[float]) -> float:
    most = max(values)
    return most + math.log(sum(math.exp(value - most) for value in values))


@functools.cache
def table() -> tuple[tuple[str, ...], Mapping[str, Sequence[float]]]:
    """Read the table: its languages, and in nats what each run of letters says for each of them."""
    scale_line, header, *lines = gzip.decompress(TABLE.read_bytes()).decode().splitlines()
    scale = float(scale_line.rpartition(" ")[2])
    weights: dict[str, Sequence[float]] = {}
    for line in lines:
        run, *numbers = line.split("\t")
        weights[run] = [float(number) / scale for number in numbers]
    return tuple(header.split("\t")[1:]), weights
