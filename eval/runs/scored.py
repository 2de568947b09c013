"""A measure of a run, as `metrics.json` holds it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from eval.measure import Measure, Metric


@dataclass(frozen=True, slots=True)
class Scored:
    """A measure of a run, whole and by tag."""

    group: str
    metric: Metric
    measure: Measure
    per_tag: Mapping[str, Measure]
    """By type, category or tag of the cases; tags to which it does not apply are left out."""

    def to_dict(self) -> dict[str, object]:
        """Return the measure as plain values."""
        whole = {"slug": self.measure.slug, "name": self.measure.name, "group": self.group}
        told = {tag: _numbers(measure) for tag, measure in self.per_tag.items()}
        how = {name: getattr(self.measure, name) for name in ("is_share", "better", "note")}
        return whole | _numbers(self.measure) | how | {"per_tag": told}


def _numbers(measure: Measure) -> dict[str, object]:
    interval = asdict(measure.interval) if measure.interval else None
    return {"value": measure.value, "n": measure.n, "interval": interval}
