"""The lines of the report: what was measured, against what, and whether that is good enough."""

from dataclasses import dataclass
from statistics import median

HEAD = ("what", "ours", "baseline", "ratio", "target", "")


@dataclass
class Line:
    """One comparison. `limit` bounds `value` from above, or from below with `at_least`; None: only told."""

    what: str
    ours: str
    baseline: str = ""
    value: float | None = None
    limit: float | None = None
    at_least: bool = False
    form: str = "{:.2f}×"

    @property
    def ok(self):
        """Whether the target is reached; what has none always is."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def cells(self):
        ratio = "" if self.value is None else self.form.format(self.value)
        sign = "≥" if self.at_least else "≤"
        target = "" if self.limit is None else f"{sign} {self.form.format(self.limit)}"
        verdict = "" if self.limit is None else "ok" if self.ok else "OVER"
        return (self.what, self.ours, self.baseline, ratio, target, verdict)


def render(lines):
    """Return the table as text."""
    rows = [HEAD, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def spread(values, form="{:.1f}", unit="s"):
    """Return the median of some measurements with their range: the noise of the machine."""
    text = f"{form.format(median(values))} {unit}"
    if len(values) > 1:
        text += f" ({form.format(min(values))}–{form.format(max(values))})"
    return text
