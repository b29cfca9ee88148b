import socket

import pytest

from bench.server import free_port, free_ports


def test_a_free_port_is_kept_for_who_asks_for_it():
    port = free_port()

    with socket.socket() as passing, pytest.raises(OSError, match="already in use"):
        passing.bind(("127.0.0.1", port))
    with socket.create_server(("127.0.0.1", port)) as server:  # says that it may be held
        assert server.getsockname() == ("127.0.0.1", port)


def test_ports_in_a_row_are_kept_like_one_even_where_the_next_one_is_taken(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        before = taken.getsockname()[1] - 1
        asked = iter([before])
        monkeypatch.setattr("bench.server.free_port", lambda: next(asked, None) or free_port())

        ports = free_ports(3)

    assert len(ports) == 3
    assert before not in ports
    for port in ports:
        with socket.socket() as passing, pytest.raises(OSError, match="already in use"):
            passing.bind(("127.0.0.1", port))
