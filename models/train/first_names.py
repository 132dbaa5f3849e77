"""Write the table of first names: which of them is a man's, which a woman's, by the lists of Faker.

    pip download --no-deps faker && unzip faker-*.whl -d DIR
    python -m models.train.first_names --faker DIR     # seconds

Faker (MIT; version 40.63 when the table was written) has lists of men's and women's first names for some 90 countries.
Kept are names in Latin script that two countries or more list and nine in ten or more of them for the same gender.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from auditor.text import gender

FEWEST_COUNTRIES = 2
LEAST_SHARE = 0.9
_LATIN = re.compile(r"[A-Z\u00c0-\u024f][a-z\u00c0-\u024f]+(?:-[A-Z\u00c0-\u024f][a-z\u00c0-\u024f]+)?")


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faker", type=Path, required=True, help="the folder that the wheel was unpacked in")
    parser.add_argument("--file", type=Path, default=gender.TABLE)
    arguments = parser.parse_args()
    sys.path.insert(0, str(arguments.faker))
    people = importlib.import_module("faker.providers.person")
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for module in pkgutil.iter_modules(people.__path__):
        provider = importlib.import_module(f"{people.__name__}.{module.name}").Provider
        for attribute, pronoun in (("first_names_male", "he"), ("first_names_female", "she")):
            for name in set(getattr(provider, attribute, ())):
                if _LATIN.fullmatch(name):
                    counts[name][pronoun] += 1
    lines = ["name\tpronoun"]
    for name, own in sorted(counts.items()):
        (pronoun, most), total = own.most_common(1)[0], sum(own.values())
        if total >= FEWEST_COUNTRIES and most >= LEAST_SHARE * total:
            lines.append(f"{name}\t{pronoun}")
    arguments.file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    print(f"{len(lines) - 1} names")


if __name__ == "__main__":
    main()
