// socket.io: one event in, the same event to everybody. Its heartbeat is too slow to matter here.
const { Server } = require("socket.io");
const { createServer } = require("node:http");

const MINUTES_MS = 600_000;
const http = createServer();
const server = new Server(http, {
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
  pingInterval: MINUTES_MS,
  pingTimeout: MINUTES_MS,
});

server.on("connection", (socket) => {
  socket.on("say", (message) => server.emit("said", message));
});
http.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096 });
