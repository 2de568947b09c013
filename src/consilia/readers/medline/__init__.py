"""Citations of MEDLINE: PubMed XML and tagged text."""
