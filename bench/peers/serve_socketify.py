"""uWebSockets through socketify: its own publish and subscribe, in C++."""

import sys

from socketify import App, CompressOptions, OpCode, Request, Response, WebSocket

ROOM = "room"


def upgrade(response: Response, request: Request, context: object) -> None:
    """Note on the socket whether it publishes."""
    key, protocol, extensions = (
        request.get_header(f"sec-websocket-{name}") for name in ("key", "protocol", "extensions")
    )
    speaks = request.get_url() == "/pub"
    response.upgrade(key, protocol, extensions, context, {"speaks": speaks})


def opened(connection: WebSocket) -> None:
    """Let watchers hear the room."""
    if not connection.get_user_data()["speaks"]:
        connection.subscribe(ROOM)


def main(port: int) -> None:
    """Serve until the process is ended."""
    app = App()

    def heard(connection: WebSocket, message: bytes, _opcode: OpCode) -> None:
        if connection.get_user_data()["speaks"]:
            app.publish(ROOM, message, OpCode.BINARY)

    app.ws(
        "/*",
        {
            "compression": CompressOptions.DISABLED,
            "max_payload_length": 1 << 20,
            "max_backpressure": 16 << 20,
            "idle_timeout": 960,
            "upgrade": upgrade,
            "open": opened,
            "message": heard,
        },
    )
    app.listen({"port": port, "host": "127.0.0.1"}, lambda _config: None)
    app.run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
