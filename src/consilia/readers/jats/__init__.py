"""JATS: full text of articles as PubMed Central keeps it."""
