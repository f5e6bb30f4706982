"""What a measurement says and how it is judged. Knows no measurement."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One value against its first bar, which must be met, and its goal, which is worked towards."""

    name: str
    what: str
    value: float
    unit: str
    bar: float
    goal: float
    less_is_better: bool = True
    notes: Sequence[str] = field(default=())
    """Absolute times and whatever else gives the value colour."""

    @property
    def passes(self) -> bool:
        return self._reaches(self.bar)

    @property
    def verdict(self) -> str:
        if self._reaches(self.goal):
            return "PASS (goal)"
        return "PASS" if self.passes else "below"

    def _reaches(self, limit: float) -> bool:
        return self.value <= limit if self.less_is_better else self.value >= limit

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "passes": self.passes, "verdict": self.verdict}


def table(figures: Iterable[Figure]) -> str:
    """The figures, one a line, with their notes below."""
    lines = [f"{'':4} {'measured':>20}  {'first bar':>10} {'goal':>8}  {'verdict':11}  what"]
    for figure in figures:
        sign = "≤" if figure.less_is_better else "≥"
        measured = f"{plain(figure.value)} {figure.unit}"
        lines.append(
            f"{figure.name:4} {measured:>20}  {sign} {plain(figure.bar):>8} {plain(figure.goal):>8}"
            f"  {figure.verdict:11}  {figure.what}"
        )
        lines += [f"{'':4}   {note}" for note in figure.notes]
    return "\n".join(lines)


def plain(value: float) -> str:
    """Three digits that count."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
