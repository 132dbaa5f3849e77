"""What the rest of the package asks of a model; standard library only, so that everyone may import it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from auditor.values import BackTranslation, Forced, PostEdits, QualityEstimate, Sentence, Span, TokenScores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `replacement` where `span` of the document's text is; an empty replacement deletes."""

    span: Span
    replacement: str


@dataclass(frozen=True, slots=True)
class LookAheadEstimate:
    """What an edit's tokens are estimated to cost before a forward pass has scored them.

    Attributes:
        kept_shares: shares of what the tokens behind the change cost in the text as it stands: of the first one, the
            second, …; the last share is for all that follow.
        new_token_nats: the cost of each other token, in nats.
    """

    kept_shares: tuple[float, ...]
    new_token_nats: float


class Passage(Protocol):
    """A part of a document that a language model holds in memory, ready to score edits inside it."""

    @property
    def span(self) -> Span:
        """The range of the document's text whose tokens are scored here; passages tile the text."""

    @property
    def fingerprint(self) -> str:
        """A digest of all that decides the passage's answers but the model: what it sees of the text, not where."""

    @property
    def tokens(self) -> TokenScores:
        """The scores of the tokens inside `span`, offsets of the document."""

    def probe(self, sentences: Sequence[Sequence[Span]]) -> list[tuple[float, ...]]:
        """Return, a word of the sentences (their words' ranges), what a probe of the hidden states says of it.

        That is the probability (0-1) that a rater would mark the word, and that a post-editor would change it. Empty
        where no probe was fitted for the model.
        """

    def predict(self, offsets: Sequence[int], *, best: int) -> list[tuple[str, ...]]:
        """Return, an offset at which a word begins, the likeliest whole words there given the left context alone."""

    def upper_bounds(self, edits: Sequence[Edit], *, following: int) -> list[float]:
        """Return an upper bound of each edit's `rescore`, in nats, without a forward pass.

        It is the log-probability of the first token that the edit changes less that of all it replaces, as if the
        edit's other tokens and what follows had probability 1.
        """

    def estimate(
        self, edits: Sequence[Edit], *, following: int, look_ahead: LookAheadEstimate, asked: int
    ) -> list[float]:
        """Return an estimate of each edit's `rescore`, in nats, for which at most `asked` tokens are scored.

        The first token that the edit changes is always known, so 0 costs no forward pass; tokens that are not scored
        cost what `look_ahead` says.
        """

    def rescore(self, edits: Sequence[Edit], *, following: int) -> list[float]:
        """Return each edit's log-likelihood gain in nats, over the edit and `following` tokens after it.

        Gain = log P(edited words and what follows) - log P(the words as they stand and what follows), given all the
        text to the left that the passage holds; the same whatever other edits are scored beside it.
        """


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is measured at once: a passage, and the sentences of the document that it holds or touches.

    `report` is called with what is being done, in a few words.
    """

    passage: Passage
    sentences: Sequence[Sentence]
    report: Callable[[str], None]


class LanguageModel(Protocol):
    """A causal language model that reads documents from left to right."""

    @property
    def name(self) -> str:
        """What the signature calls it: name, version or content hash, precision."""

    def read(self, text: str, units: Sequence[Span]) -> Iterator[Passage]:
        """Read `text` in passages with a sliding left context; memory does not grow with its length.

        `units` are ordered, disjoint ranges (sentences) that a passage keeps whole where they fit; text between them
        is not scored, except that a line break between two units is shown to the model as one.
        """


class Translator(Protocol):
    """A translation model for one direction; every method takes and returns batches, independent of batch-mates."""

    @property
    def name(self) -> str:
        """What the signature calls it."""

    @property
    def pair(self) -> tuple[str, str]:
        """ISO 639-1 codes of what it reads and what it writes."""

    def translate(self, sentences: Sequence[str]) -> list[str]:
        """Translate each sentence greedily."""

    def force(self, sources: Sequence[str], targets: Sequence[str]) -> list[TokenScores]:
        """Score given translations: each target token's log-probability given its source and the target's left part.

        Offsets are of the target; the end-of-sentence token closes the list with an empty span at the target's end.
        Characters the model cannot write (its vocabulary lacks them) are left out of the list.
        """

    def examine(
        self, sources: Sequence[str], targets: Sequence[str], *, best: int
    ) -> list[tuple[TokenScores, list[tuple[str, ...]]]]:
        """Do `force`, and say what the model would rather have written in the place of each token.

        Returns:
            A sentence, the scores and, a token of them, the `best` other subwords; where the token starts a word they
            are whole words.
        """

    def translate_and_examine(
        self, sources: Sequence[str], targets: Sequence[str], *, best: int
    ) -> tuple[list[str], list[tuple[TokenScores, list[tuple[str, ...]]]]]:
        """Do `translate` and `examine`, reading each source once."""

    def fits(self, source: str, target: str) -> bool:
        """Tell whether both are short enough for the model; the other methods raise ModelError on longer ones."""


class BackTranslator(Protocol):
    """Both directions together: out to the pivot and home again."""

    @property
    def name(self) -> str:
        """What the signature calls the two models."""

    def measure(self, sentences: Sequence[str], words: Sequence[Sequence[Span]]) -> list[BackTranslation]:
        """Translate each sentence to the pivot and back, once each, and force the sentence from its pivot.

        `words` are the word ranges of each sentence, offsets of the sentence.
        """

    @property
    def pivot(self) -> str:
        """The other language, as an ISO 639-1 code."""

    def force(
        self, sources: Sequence[str], sentences: Sequence[str], words: Sequence[Sequence[Span]]
    ) -> list[Forced | None]:
        """Score each sentence as a translation of its source, which is in the pivot language.

        None where either is too long for the model. `words` are the word ranges of each sentence.
        """

    def keeps_meaning(self, pivots: Sequence[str], before: Sequence[str], after: Sequence[str]) -> list[float]:
        """Return log P(pivot | after) - log P(pivot | before), nats: near or above 0 means the meaning is kept."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence with its words (offsets of `target`), and what it translates (None: not known)."""

    target: str
    words: tuple[Span, ...]
    source: str | None = None


class Embedder(Protocol):
    """An encoder of whole texts: what means the same lies close together, whatever the language."""

    @property
    def name(self) -> str:
        """What the signature calls it."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a vector of length 1 for each text, (texts, width), the same whatever else is embedded with it."""


class QualityEstimator(Protocol):
    """An encoder fitted on human judgements of translations; it reads with and without a source."""

    @property
    def name(self) -> str:
        """What the signature calls it: content hash and precision."""

    def estimate(self, pairs: Sequence[Pair]) -> list[QualityEstimate]:
        """Estimate each pair, same order; an estimate does not depend on its batch-mates but for rounding."""


class PostEditor(Protocol):
    """An encoder fitted to undo what translation breaks; it reads English both ways."""

    @property
    def name(self) -> str:
        """What the signature calls it: content hash and precision."""

    def read(self, sentences: Sequence[str], words: Sequence[Sequence[Span]]) -> list[PostEdits]:
        """Return what it would do to each sentence, of a text in order; each is read with those around it.

        `words` are the word ranges of each sentence, offsets of the sentence.
        """


class Engines(Protocol):
    """The engines that the settings name."""

    @property
    def language_model(self) -> LanguageModel:
        """The fluency model."""

    @property
    def back_translator(self) -> BackTranslator:
        """Both directions of a translation model."""

    @property
    def quality_estimator(self) -> QualityEstimator | None:
        """The quality estimator; None where the settings do without."""

    @property
    def post_editor(self) -> PostEditor | None:
        """The post-editor; None where the settings do without."""

    @property
    def embedder(self) -> Embedder:
        """The encoder that pairs a text with its source."""
