"""Compares JSON with a model of the SDK, field by field.

The SDK itself forgives nearly everything: unknown fields vanish, `"5"` becomes 5, an unknown enumeration value becomes
`outdated_sdk_version`, and case does not count. Here nothing is forgiven.
"""

import inspect
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from dateutil.parser import isoparse
from PureCloudPlatformClientV2 import models

INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})")
LIST = re.compile(r"list\[(.*)\]")
MAP = re.compile(r"dict\(([^,]*), (.*)\)")
NATIVE = {"str": str, "bool": bool}


@dataclass
class Comparison:
    """What was compared so far, and what differed."""

    fields: int = 0
    met: set[tuple[str, str]] = field(default_factory=set)
    """Fields of models that came with a value, as (model, JSON name)."""
    differences: list[str] = field(default_factory=list)
    """Sentences: where, and what is wrong there."""
    unknown: dict[tuple[str, str], str] = field(default_factory=dict)
    """Fields that a model does not know, as (model, JSON name), with the path where one was first seen."""

    def compare(self, value, declared: str, path: str, decoded=None, is_decoded=False) -> None:
        """Compares a JSON value with a declared type, and with what the SDK made of it where that is at hand."""
        if value is None:
            if is_decoded and decoded is not None:
                self.differences.append(f"{path} is null, and the SDK read {decoded!r}")
            return
        if match := LIST.fullmatch(declared):
            if not isinstance(value, list):
                return self._wrong(path, declared, value)
            if is_decoded and len(decoded) != len(value):
                self.differences.append(f"{path} has {len(value)} elements, and the SDK read {len(decoded)}")
                return None
            for at, element in enumerate(value):
                if element is None:
                    self.differences.append(f"{path}[{at}] is null in a list")
                self.compare(element, match[1], f"{path}[{at}]", decoded[at] if is_decoded else None, is_decoded)
        elif match := MAP.fullmatch(declared):
            if not isinstance(value, dict):
                return self._wrong(path, declared, value)
            for key, element in value.items():
                self.compare(element, match[2], f"{path}.{key}", decoded[key] if is_decoded else None, is_decoded)
        elif hasattr(models, declared):
            if not isinstance(value, dict):
                return self._wrong(path, declared, value)
            self._model(value, declared, path, decoded, is_decoded)
        else:
            self._native(value, declared, path, decoded, is_decoded)

    def _model(self, value: dict, name: str, path: str, decoded, is_decoded: bool) -> None:
        model = getattr(models, name)
        known = fields_of(name)
        for key, inner in value.items():
            self.fields += 1
            if key not in known:
                self.unknown.setdefault((name, key), f"{path}.{key}")
                continue
            attribute, declared = known[key]
            if inner is not None:
                self.met.add((name, key))
            allowed = allowed_values(model, attribute)
            if allowed is not None and inner is not None and inner not in allowed:
                self.differences.append(f"{path}.{key} is {inner!r}; {name} allows {', '.join(allowed)}")
                continue
            read = getattr(decoded, attribute) if is_decoded else None
            self.compare(inner, declared, f"{path}.{key}", read, is_decoded)

    def _native(self, value, declared: str, path: str, decoded, is_decoded: bool) -> None:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if declared == "object":
            return
        expected = value
        if declared in NATIVE:
            fits = isinstance(value, NATIVE[declared])
        elif declared == "int":
            fits = number and isinstance(value, int)
        elif declared == "float":
            fits = number
        elif declared == "datetime":
            fits = isinstance(value, str) and INSTANT.fullmatch(value) is not None
            expected = isoparse(value) if fits else None
        elif declared == "date":
            fits = isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is not None
            expected = date.fromisoformat(value) if fits else None
        else:
            self.differences.append(f"{path} is declared as {declared}, which this comparison does not know")
            return
        if not fits:
            self._wrong(path, declared, value)
        elif is_decoded and decoded != expected:
            self.differences.append(f"{path} is {value!r}, and the SDK read {decoded!r}")
        elif isinstance(decoded, datetime) and decoded.utcoffset() is None:
            self.differences.append(f"{path} has no zone: {value!r}")

    def _wrong(self, path: str, declared: str, value) -> None:
        self.differences.append(f"{path} is {type(value).__name__} {str(value)[:60]!r}; the SDK declares {declared}")


@cache
def fields_of(name: str) -> dict[str, tuple[str, str]]:
    """JSON name -> (attribute, declared type) of a model."""
    model = getattr(models, name)()
    return {model.attribute_map[attribute]: (attribute, declared) for attribute, declared in model.swagger_types.items()}


@cache
def allowed_values(model: type, attribute: str) -> list[str] | None:
    """The values of an enumeration, None where the field is none. The models have them in their setters' code alone."""
    code = inspect.getsource(getattr(model, attribute).fset)
    found = re.search(r"allowed_values = \[(.*?)\]", code, re.DOTALL)
    return re.findall(r'"([^"]*)"', found[1]) if found else None
