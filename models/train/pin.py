"""Write the hashes of our own weights into the manifest, after fitting them.

    python -m models.train.pin

Only entries without a package are touched: what comes from a registry is pinned by hand, once, by whoever trusts it.
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.engines.weights.manifest import WeightFile

MANIFEST = Path(__file__).parents[1] / "manifest.toml"
FILE = re.compile(r'(?<=\[\[model\.files\]\]\n)path = "(?P<path>[^"]+)"\nsha256 = "[0-9a-f]*"\nbytes = [0-9_]+')
NAME = re.compile(r'^name = "(?P<name>[^"]+)"', re.MULTILINE)
PACKAGE = re.compile(r"^package = ", re.MULTILINE)


def main() -> None:
    """Pin every file of our own weights."""
    MANIFEST.write_text(pinned(MANIFEST.read_text(encoding="utf-8"), MANIFEST.parent), encoding="utf-8")


def pinned(manifest: str, folder: Path) -> str:
    """Return the text of `manifest` with the hashes and sizes that our own weights have under `folder`."""
    head, *entries = re.split(r"(?=^\[\[model\]\]$)", manifest, flags=re.MULTILINE)
    return head + "".join(entry if PACKAGE.search(entry) else _pinned(entry, folder) for entry in entries)


def _pinned(entry: str, folder: Path) -> str:
    name = NAME.search(entry)
    if name is None:
        raise ValueError(f"a model without a name: {entry!r}")

    def renew(match: re.Match[str]) -> str:
        file = WeightFile.of(folder / name["name"] / match["path"], path=match["path"])
        return f'path = "{file.path}"\nsha256 = "{file.sha256}"\nbytes = {file.bytes:_}'

    return FILE.sub(renew, entry)


if __name__ == "__main__":
    main()
