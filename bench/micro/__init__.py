"""Single parts of the server, measured alone: what a scenario adds up, taken apart.

A part that is cheap here and dear in a scenario pays for something else there: cold caches, a
waiting lock, a busy disk.
"""
