"""A house that is furnished: ready accounts and rooms for trying out. Never on a public address."""
