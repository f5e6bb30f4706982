"""Filters that no order can pass, told to whoever gives them instead of a shop that silently gets no order (P11).

Takes filters as they were given, checked for their form; which orders pass the others is ``app.domain.order_filters``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_WANTED_AND_UNWANTED = (("in", "not_in"), ("contains", "not_contains"), ("has", "has_not"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpossibleFilter:
    """Two keys of one filter that leave nothing: ``("min", "max")`` of ``total``."""

    name: str
    keys: tuple[str, str]
    detail: str


def impossible_filters(filters: Mapping[str, Any]) -> Iterator[ImpossibleFilter]:
    """The filters by which nothing can come in. Lists that are empty or not given restrict nothing, and are fine."""
    for name, rule in filters.items():
        if isinstance(rule, Mapping):
            yield from _impossible_range(name, rule)
            yield from _impossible_lists(name, rule)


def _impossible_range(name: str, rule: Mapping[str, Any]) -> Iterator[ImpossibleFilter]:
    least, most = rule.get("min"), rule.get("max")
    if least is not None and most is not None and Decimal(least) > Decimal(most):
        detail = f"No amount is in the range of {name}: min {least} is more than max {most}."
        yield ImpossibleFilter(name=name, keys=("min", "max"), detail=detail)


def _impossible_lists(name: str, rule: Mapping[str, Any]) -> Iterator[ImpossibleFilter]:
    """Of ``in`` one value must be left; ``contains`` and ``has`` ask for all of theirs."""
    for wanted, unwanted in _WANTED_AND_UNWANTED:
        asked, refused = _folded(rule.get(wanted)), _folded(rule.get(unwanted))
        both = [word for word in asked if word in refused]
        if both and (wanted != "in" or len(both) == len(asked)):
            named = ", ".join(both[:5])
            detail = f"No order passes {name}: {wanted} asks for what {unwanted} excludes ({named})."
            yield ImpossibleFilter(name=name, keys=(wanted, unwanted), detail=detail)


def _folded(words: Sequence[str] | None) -> Sequence[str]:
    """As orders are compared: without case and outer space; each once, in the order given."""
    return tuple(dict.fromkeys(word.strip().casefold() for word in words or ()))
