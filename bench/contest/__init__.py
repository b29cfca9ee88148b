"""The contest of servers: the same workload for ours, its peers, and the plain write loop.

`contestant.py` says what a contestant is, `ours.py` and `peers.py` name them, `workload.py` says
what they must do. `run.py` measures one of them once, `rounds.py` all of them in random order with
the yardstick between, and `figures.py` turns that into what is kept and printed.
"""
