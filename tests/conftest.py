"""Settings of hypothesis for the whole suite."""

from hypothesis import settings

# A shared machine may stall any example: how long one takes says nothing. A failure prints the
# words that bring it back.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")
