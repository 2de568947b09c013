"""Deterministic gates: whether a claim says no more and nothing else than the spans it cites."""
