"""The report of a run as one HTML file: against targets, with its curves and its worst failures."""
