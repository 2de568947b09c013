"""From services on the network to files in a folder: search, fetch, resume."""
