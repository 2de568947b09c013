"""What identifies a person: found in a question, removed, kept out of logs, audited."""
