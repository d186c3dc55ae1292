"""Interleaved rounds and their medians."""

import statistics
from dataclasses import dataclass
from typing import Callable, Dict, List

Sample = Dict[str, float]  # metric -> value of one run


@dataclass
class Variant:
    """One of the things compared. `run` does one round and returns its figures."""

    name: str
    run: Callable[[], Sample]


@dataclass
class Series:
    """All counted rounds of one metric of one variant."""

    values: List[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> float:
        """Half of the range, relative to the median: how far a round may be off."""
        if self.median == 0:
            return 0.0
        return (max(self.values) - min(self.values)) / 2 / self.median


Results = Dict[str, Dict[str, Series]]  # variant -> metric -> rounds


def interleave(variants: List[Variant], rounds: int, warm_ups: int = 1) -> Results:
    """A B A B ..., so that a slow minute of the machine hits all variants alike."""
    results: Results = {variant.name: {} for variant in variants}
    for number in range(warm_ups + rounds):
        for variant in variants:
            sample = variant.run()
            if number < warm_ups:
                continue
            for metric, value in sample.items():
                results[variant.name].setdefault(metric, Series([])).values.append(value)
    return results
