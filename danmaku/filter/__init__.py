"""Text only: patterns and strings, and what a rule set finds in a comment."""
