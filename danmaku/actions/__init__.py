"""The verbs: read what is needed, let the rules decide, commit the facts. Knows only ports."""
