"""FDA drug labels: SPL XML and openFDA JSON."""
