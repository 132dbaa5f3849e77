"""No call names more than eight things: values that belong together travel together.

Calls of other libraries' functions are exempt, whose parameters are not ours to group.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_MOST = 8
_FOREIGN = frozenset({"Console"})
"""Rich's console."""
_KNOWN = frozenset(
    {
        ("batch/shards.py", "Summary"),
        ("cli/options.py", "Settings"),
        ("detection/messages.py", "Finding"),
        ("detection/parameters.py", "DetectorParameters"),
        ("engines/quality_estimation/estimator.py", "QualityEstimate"),
        ("evaluation/data_sets.py", "GoldRow"),
        ("evaluation/gold.py", "GoldRow"),
        ("repairs/rules/phrase_lists.py", "Entry"),
        ("reports/json.py", "Finding"),
        ("reports/rows.py", "FindingRow"),
        ("reports/rows.py", "ParagraphRow"),
        ("text/document_context.py", "Knowledge"),
    }
)
"""Flat nouns that are written as rows of a table or as one JSON object; none may be added, and one that is divided is
taken off."""


def _long_calls() -> Iterator[tuple[str, str]]:
    package = _ROOT / "auditor"
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and len(node.args) + len(node.keywords) > _MOST:
                name = ast.unparse(node.func).rpartition(".")[2]
                if name not in _FOREIGN:
                    yield path.relative_to(package).as_posix(), name


def test_no_call_names_more_than_eight_things() -> None:
    """Beside the flat nouns that are known, and those are all still there."""
    assert set(_long_calls()) == _KNOWN
