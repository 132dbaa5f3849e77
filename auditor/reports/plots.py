"""An audit as matplotlib plots, for notebooks; each draws into `axis`, or into a figure of its own, and returns it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from auditor.readers.extras import need
from auditor.values import Audit, Span, Word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CALM, _DOUBTED = "lightsteelblue", "tab:red"


def paragraphs(audit: Audit, *, axis: Axes | None = None) -> Axes:
    """Draw the score of each paragraph with its 90 % interval, and that of the document as a line."""
    axis = axis or _axis(8, 0.4 * len(audit.paragraphs) + 1)
    scores = [paragraph.score for paragraph in audit.paragraphs]
    below = [paragraph.score - paragraph.interval[0] for paragraph in audit.paragraphs]
    above = [paragraph.interval[1] - paragraph.score for paragraph in audit.paragraphs]
    numbers = range(1, len(scores) + 1)
    axis.barh(numbers, scores, xerr=[below, above], color=_CALM, ecolor="dimgray", capsize=3)
    axis.axvline(audit.score, color=_DOUBTED, linestyle="--", label=f"the document: {audit.score:.0f}")
    axis.set(xlim=(0, 105), xlabel="score", ylabel="paragraph", yticks=list(numbers))
    axis.invert_yaxis()
    axis.legend(loc="lower left")
    return axis


def words(audit: Audit, values: Mapping[int, float], span: Span, *, axis: Axes | None = None) -> Axes:
    """Draw a number a word of `span`, those inside a finding in red.

    Args:
        audit: the audit, for its text and its findings.
        values: by the word's start offset, such as `Measurements.surprisals`.
        span: a sentence or a paragraph.
        axis: where to draw.
    """
    shown = [word for word in audit.document.words if span.contains(word.span)]
    axis = axis or _axis(max(4, 0.25 * len(shown)), 2.5)
    colors = [_DOUBTED if _is_doubted(word, audit) else _CALM for word in shown]
    axis.bar(range(len(shown)), [values.get(word.span.start, 0.0) for word in shown], color=colors)
    axis.set_xticks(range(len(shown)), [word.text for word in shown], rotation=90)
    return axis


def calibration(
    probabilities: Sequence[float], wrong: Sequence[bool], *, bins: int = 5, axis: Axes | None = None
) -> Axes:
    """Draw whether chances hold: of the words that were given a chance, the share that is wrong, beside the diagonal.

    Args:
        probabilities: the chance of an error of each word, 0-1.
        wrong: whether a person marked it.
        bins: how many parts of equal width the chances are divided into; empty ones are left out.
        axis: where to draw.
    """
    axis = axis or _axis(4.5, 4.5)
    parts: dict[int, list[int]] = {}
    for at, probability in enumerate(probabilities):
        parts.setdefault(min(bins - 1, int(probability * bins)), []).append(at)
    told: list[float] = []
    found: list[float] = []
    for _, inside in sorted(parts.items()):
        told.append(sum(probabilities[at] for at in inside) / len(inside))
        found.append(sum(wrong[at] for at in inside) / len(inside))
        axis.annotate(f"{len(inside)} words", (told[-1], found[-1]), xytext=(6, -10), textcoords="offset points")
    axis.plot([0, 1], [0, 1], linestyle="--", color="dimgray", label="as often as told")
    axis.plot(told, found, marker="o", color=_DOUBTED, label="here")
    axis.set(xlim=(0, 1), ylim=(0, 1.05), xlabel="chance that was told", ylabel="share that is wrong")
    axis.legend(loc="upper left")
    return axis


def _is_doubted(word: Word, audit: Audit) -> bool:
    return any(finding.span.overlaps(word.span) for finding in audit.findings)


def _axis(width: float, height: float) -> Axes:
    pyplot = need("matplotlib.pyplot", package="matplotlib", purpose="draw plots", extra="notebook")
    axis: Axes = pyplot.subplots(figsize=(width, height), layout="constrained")[1]
    return axis
