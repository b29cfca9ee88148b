"""The peers' servers, as small as each can be: /pub says, /sub hears, one room.

Each file runs in the environment of its own peer, never in ours.
"""
