"""What is spoken over sockets; still, like the session."""
