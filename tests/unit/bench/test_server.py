import socket

import pytest

from bench.server import free_port


def test_a_free_port_is_kept_for_who_asks_for_it():
    port = free_port()

    with socket.socket() as passing, pytest.raises(OSError, match="already in use"):
        passing.bind(("127.0.0.1", port))
    with socket.create_server(("127.0.0.1", port)) as server:  # says that it may be held
        assert server.getsockname() == ("127.0.0.1", port)
