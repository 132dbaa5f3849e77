"""An audit as tables and plots for notebooks."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from auditor.reports import frames, plots
from auditor.values import Audit

mpl.use("agg")


def _bars(axis: Axes) -> list[Rectangle]:
    return [patch for patch in axis.patches if isinstance(patch, Rectangle)]


def test_a_row_a_finding_and_a_row_a_paragraph(audit: Audit) -> None:
    """The tables hold what the audit holds, in its order."""
    assert list(frames.findings(audit)["start"]) == [finding.span.start for finding in audit.findings]
    assert list(frames.paragraphs(audit)["score"]) == [paragraph.score for paragraph in audit.paragraphs]


def test_a_bar_a_paragraph(audit: Audit) -> None:
    """The bars are as long as the scores are high."""
    axis = plots.paragraphs(audit)

    assert [bar.get_width() for bar in _bars(axis)] == [paragraph.score for paragraph in audit.paragraphs]


def test_a_bar_a_word_red_inside_a_finding(audit: Audit) -> None:
    """Words are in their order, with their numbers; a word without one has none."""
    last = audit.paragraphs[-1].span
    words = [word for word in audit.document.words if last.contains(word.span)]

    axis = plots.words(audit, {words[1].span.start: 4.5}, last)

    red = mpl.colors.to_rgba("tab:red")
    assert [label.get_text() for label in axis.get_xticklabels()] == [word.text for word in words]
    assert [bar.get_height() for bar in _bars(axis)] == pytest.approx([0, 4.5] + [0] * (len(words) - 2))
    assert [words[n].text for n, bar in enumerate(_bars(axis)) if bar.get_facecolor() == red] == ["nobody"]


def test_a_calibration_plot_sets_chances_beside_what_was_wrong() -> None:
    """A point a part of the chances, at their mean and the share that was wrong; parts without words have none."""
    axis = plots.calibration([0.1, 0.1, 0.5, 0.9, 0.7, 1.0], [False, True, True, True, False, True], bins=2)
    diagonal, points = axis.lines

    assert np.asarray(diagonal.get_xydata()).tolist() == [[0, 0], [1, 1]]
    assert np.asarray(points.get_xydata()).tolist() == [[pytest.approx(0.1), 0.5], [pytest.approx(0.775), 0.75]]
    assert [note.get_text() for note in axis.texts] == ["2 words", "4 words"]
