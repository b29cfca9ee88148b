"""The conformance kit: asks any server, or any client, whether it keeps docs/protocol.md.

It shares no code with the server: a kit that read messages with the server's own functions could
not see what they get wrong. What both sides are held to lies beside this: the fields of every
message (asyncapi.yaml) and one example of each (fixtures).
"""
