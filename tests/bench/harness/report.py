"""What a case found, and the table that shows it."""

from dataclasses import dataclass, field
from typing import List, Optional

from .measure import Series


@dataclass
class Goal:
    """A bound on ours/theirs: `at_least` for rates, otherwise an upper bound for costs."""

    bound: float
    at_least: bool = True

    def met_by(self, ratio: float) -> bool:
        return ratio >= self.bound if self.at_least else ratio <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"


@dataclass
class Row:
    what: str
    unit: str
    ours: Series
    theirs_name: str = ""
    theirs: Optional[Series] = None
    goal: Optional[Goal] = None

    @property
    def ratio(self) -> Optional[float]:
        if self.theirs is None or self.theirs.median == 0:
            return None
        return self.ours.median / self.theirs.median

    def cells(self) -> List[str]:
        ratio = self.ratio
        verdict = ""
        if self.goal is not None and ratio is not None:
            verdict = "met" if self.goal.met_by(ratio) else "MISSED"
        return [
            self.what,
            self.unit,
            _value(self.ours),
            _value(self.theirs) if self.theirs else "",
            self.theirs_name,
            "" if ratio is None else f"{ratio:.2f}",
            str(self.goal or ""),
            verdict,
        ]


@dataclass
class Report:
    case: str
    rows: List[Row] = field(default_factory=list)
    notes: List[str] = field(default_factory=list)


HEADINGS = ["measure", "unit", "ours", "theirs", "which", "ratio", "goal", ""]


def render(report: Report) -> str:
    """A Markdown table, padded so that it reads well in a terminal too."""
    table = [HEADINGS] + [row.cells() for row in report.rows]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEADINGS))]
    lines = [f"## {report.case}", ""]
    for number, line in enumerate(table):
        lines.append("| " + " | ".join(c.ljust(w) for c, w in zip(line, widths)) + " |")
        if number == 0:
            lines.append("|" + "|".join("-" * (w + 2) for w in widths) + "|")
    lines.append("")
    lines += [f"- {note}" for note in report.notes]
    return "\n".join(lines)


def _value(series: Series) -> str:
    median = series.median
    digits = 0 if abs(median) >= 100 else 1 if abs(median) >= 10 else 2
    return f"{median:.{digits}f} ±{series.spread * 100:.0f} %"
