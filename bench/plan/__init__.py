"""How many nodes a crowd needs: measured costs of one node, and a simulation of many.

Nobody can run a million viewers on one machine. What one node costs is measured by the scenarios
and contests; here those costs are put together by the rules that the server follows, so that a
plan on paper (docs/scale.md) can be tried, and be wrong in ways that a test can show.
"""
