"""What the verbs of the Makefile need beyond a line of shell."""
