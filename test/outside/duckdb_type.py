"""Reads the text of a DuckDB type."""

import re

TOKEN = re.compile(r'\s*("(?:[^"]*)"|\w+|\[\]|[(),])')


def parse_duckdb_type(text: str):
    """`STRUCT(a BIGINT, b VARCHAR[])` to `{"a": "BIGINT", "b": ["VARCHAR"]}`: structs are dicts, lists have one element."""
    tokens = TOKEN.findall(text)
    parsed = _type(tokens)
    if tokens:
        raise ValueError(f"not understood from here on: {tokens[:5]}")
    return parsed


def _type(tokens: list[str]):
    name = tokens.pop(0)
    parsed = _struct(tokens) if name == "STRUCT" else name
    while tokens and tokens[0] == "[]":
        tokens.pop(0)
        parsed = [parsed]
    return parsed


def _struct(tokens: list[str]) -> dict:
    fields = {}
    separator = tokens.pop(0)
    while separator in ("(", ","):
        name = tokens.pop(0).strip('"')
        fields[name] = _type(tokens)
        separator = tokens.pop(0)
    return fields
