"""Size: what an index of many sentences costs."""
