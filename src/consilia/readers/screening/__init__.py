"""Screening what is ingested for words to an assistant."""
