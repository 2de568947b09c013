"""PDF: characters with their places, put back into lines, columns, headings and tables."""
