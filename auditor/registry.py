"""Literal tables of lazy dotted names: one file and one line to extend."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType

from auditor.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class Table:
    """Names of one sort of thing, each the module that implements it; a module is imported when asked for."""

    noun: str
    modules: Mapping[str, str]

    def __iter__(self) -> Iterator[str]:
        return iter(self.modules)

    def __contains__(self, name: object) -> bool:
        return name in self.modules

    def load(self, name: str) -> ModuleType:
        """Import and return the module of `name`.

        Raises:
            UnknownNameError: no entry has that name; the message offers the nearest one.
        """
        if name not in self.modules:
            raise UnknownNameError(self.noun, name, self.modules)
        return importlib.import_module(self.modules[name])
