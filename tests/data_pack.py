"""A small part of the data pack: every n-th document of its files, so that a recipe can go over all of it in a test."""

from __future__ import annotations

from pathlib import Path

from auditor.evaluation.gold import is_development

PACK = Path(__file__).resolve().parents[2] / "shared" / "data"
_EVERY = {
    "clean_news": 20,
    "qe/mlqe_et-en": 24,
    "qe/mlqe_ne-en": 24,
    "qe/mlqe_ro-en": 24,
    "qe/mlqe_ru-en": 24,
    "qe/mlqe_si-en": 24,
    "qe/wmt_mqm_zh-en": 6,
}
"""One in so many documents of a file is taken: of those that are kept apart for measuring, and of the others."""
_ROWS = 20_000
"""Of a file, from its beginning; the news are 77,000."""


def copy_few(folder: Path) -> Path:
    """Write a data pack of few documents into `folder`, in the pack's order; return the folder."""
    from pyarrow import Table, array, compute, parquet

    for name, step in _EVERY.items():
        batch = next(parquet.ParquetFile(PACK / f"{name}.parquet").iter_batches(batch_size=_ROWS))
        names = batch["doc_id"]
        if names.null_count:  # where documents have no names, each row is one
            names = compute.coalesce(names, batch["id"])
        documents = names.unique().to_pylist()
        apart = [document for document in documents if is_development(document)]
        others = [document for document in documents if not is_development(document)]
        kept = batch.filter(compute.is_in(names, array([*apart[::step], *others[::step]])))
        copied = folder / f"{name}.parquet"
        copied.parent.mkdir(parents=True, exist_ok=True)
        parquet.write_table(Table.from_batches([kept]), copied)
    return folder
