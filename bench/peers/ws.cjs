// node ws: what /pub says goes to each watcher through the library's own send.
const { WebSocketServer, WebSocket } = require("ws");

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: Number(process.argv[2]),
  backlog: 4096,
  perMessageDeflate: false,
});
const watchers = new Set();

server.on("connection", (socket, request) => {
  socket.on("error", () => socket.terminate());
  if (request.url === "/pub") {
    socket.on("message", (message) => {
      for (const watcher of watchers) {
        if (watcher.readyState === WebSocket.OPEN) watcher.send(message, { binary: true });
      }
    });
    return;
  }
  watchers.add(socket);
  socket.on("close", () => watchers.delete(socket));
});
