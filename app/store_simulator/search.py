"""Shopify's search syntax: field:value, comparators, quotes, NOT and -, OR, brackets, AND between neighbours.

Turns a text into a predicate over plain objects. Which field names exist and how each is compared is handed in;
a name that does not exist is ignored, as at Shopify, and reported as a warning.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Values = dict[str, Any]
Predicate = Callable[[Values], bool]
# Gets the comparator and the value of one term.
TermMaker = Callable[[str, str], Predicate]

TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\()|(?P<close>\))|
        (?P<minus>-(?=[A-Za-z_("']))|
        (?P<field>[A-Za-z_][\w.]*):(?P<operator><=|>=|<|>)?\s*
            (?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)'|(?P<value>(?:\\.|[^\s()\\])*))|
        "(?P<phrase>(?:\\.|[^"\\])*)"|'(?P<phrase1>(?:\\.|[^'\\])*)'|
        (?P<word>(?:\\.|[^\s()\\])+)
    )""",
    re.VERBOSE,
)


@dataclass(slots=True)
class Search:
    """A search, ready to be asked about objects."""

    matches: Predicate
    # Lower and upper bound of timestamps that the whole search implies, to look at fewer objects.
    lower: dict[str, str] = field(default_factory=dict)
    warnings: list[Values] = field(default_factory=list)


class _Parser:
    def __init__(self, text: str, fields: Mapping[str, TermMaker], free_text: TermMaker) -> None:
        self.tokens = [match for match in TOKEN.finditer(text) if match.group(0).strip()]
        self.at = 0
        self.fields = fields
        self.free_text = free_text
        self.warnings: list[Values] = []
        self.lower: dict[str, str] = {}
        self._depth = 0

    def parse(self) -> Predicate:
        terms: list[Predicate] = []
        while self.at < len(self.tokens):
            terms.append(self._alternatives())
            if self.at < len(self.tokens) and self.tokens[self.at].group("close"):
                self.at += 1
        return _all(terms)

    def _alternatives(self) -> Predicate:
        options = [self._sequence()]
        while self._word() == "OR":
            self.at += 1
            self.lower.clear()
            self._depth += 1
            options.append(self._sequence())
            self._depth -= 1
            self.lower.clear()
        return options[0] if len(options) == 1 else lambda value: any(option(value) for option in options)

    def _sequence(self) -> Predicate:
        terms: list[Predicate] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.group("close") or self._word() == "OR":
                break
            if self._word() == "AND":
                self.at += 1
                continue
            terms.append(self._term())
        return _all(terms)

    def _term(self) -> Predicate:
        token = self.tokens[self.at]
        if token.group("minus") or self._word() == "NOT":
            self.at += 1
            return self._negated()
        self.at += 1
        if token.group("open"):
            inner = self._alternatives()
            if self.at < len(self.tokens) and self.tokens[self.at].group("close"):
                self.at += 1
            return inner
        if token.group("field"):
            return self._field_term(token)
        text = token.group("phrase") or token.group("phrase1") or token.group("word") or ""
        return self.free_text("", _unescaped(text))

    def _negated(self) -> Predicate:
        if self.at >= len(self.tokens):
            return lambda _value: True
        self._depth += 1
        inner = self._term()
        self._depth -= 1
        return lambda value: not inner(value)

    def _field_term(self, token: re.Match[str]) -> Predicate:
        name, operator = token.group("field"), token.group("operator") or ""
        quoted = token.group("double") if token.group("double") is not None else token.group("single")
        value = _unescaped(quoted if quoted is not None else token.group("value") or "")
        maker = self.fields.get(name)
        if maker is None:
            self.warnings.append(
                {"field": name, "message": "Invalid search field for this query.", "code": "invalid_field"}
            )
            return lambda _value: True
        if operator in (">", ">=") and not self._depth:
            self.lower[name] = max(self.lower.get(name, ""), value)
        return maker(operator, value)

    def _word(self) -> str:
        return (self.tokens[self.at].group("word") or "") if self.at < len(self.tokens) else ""


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _all(terms: list[Predicate]) -> Predicate:
    if len(terms) == 1:
        return terms[0]
    return lambda value: all(term(value) for term in terms)


def parse_search(text: str | None, fields: Mapping[str, TermMaker], free_text: TermMaker) -> Search:
    if not text or not text.strip():
        return Search(matches=lambda _value: True)
    parser = _Parser(text, fields, free_text)
    matches = parser.parse()
    return Search(matches=matches, lower=dict(parser.lower), warnings=parser.warnings)
