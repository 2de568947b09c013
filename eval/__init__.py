"""The evaluation program: `python -m eval gold` for quality, `python -m eval bench` for speed.

```
gold cases → Answer + hits → samples → run → measures → report
```

A recipe over the library: nothing in `consilia` knows of it.
"""
