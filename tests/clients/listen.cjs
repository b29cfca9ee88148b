// One client of Bilibili's live chat, as its users start it: prints what it hears, a JSON line each.
const { KeepLiveWS, LiveTCP, LiveWS } = require('bilibili-live-ws');
const tiny = require('tiny-bilibili-ws');
const { startListen } = require('blive-message-listener');

const [kind, host, port, packetPort, number] = process.argv.slice(2);
const room = Number(number);
const address = `ws://${host}:${port}/sub`;
const print = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);
const KINDS = {
  ws0: () => new LiveWS(room, { address, protover: 0 }),
  ws2: () => new LiveWS(room, { address, protover: 2, key: 'guest' }),
  ws3: () => new LiveWS(room, { address, protover: 3, uid: 5 }),
  keep: () => new KeepLiveWS(room, { address, protover: 3 }),
  recalls: () => new LiveWS(room, { address: `${address}?recall=1`, protover: 2 }),
  tcp: () => new LiveTCP(room, { host, port: Number(packetPort), protover: 2 }),
  lost: () => new LiveWS(room + 1000, { address, protover: 2 }),
  tiny: () =>
    new tiny.KeepLiveWS(room, { host, port: Number(port), path: '/sub', ssl: false, uid: 0, key: 'guest' }),
};

if (kind === 'listener') {
  const heard = {
    onStartListen: () => print({ live: true }),
    onIncomeDanmu: ({ body }) => print({ text: body.content, name: body.user.uname }),
  };
  const url = { host, port: Number(packetPort) };
  startListen(room, heard, { ws: { url, uid: 0, key: 'guest' } });
  return;
}

const client = KINDS[kind]();
client.on('live', () => print({ live: true }));
client.on('close', () => print({ close: true }));
client.on('heartbeat', (told) => print({ online: typeof told === 'object' ? told.data : told }));
client.on('DANMU_MSG', (told) => {
  const { cmd, info, data } = told.cmd ? told : told.data;
  if (!info) {
    print({ command: cmd, data }); // whatever is named so is taken for a comment
    return;
  }
  const { extra, user } = info[0][15];
  print({
    text: info[1],
    name: info[2][1],
    isOne: info[2][0] === user.uid,
    id: JSON.parse(extra).id_str,
    color: info[0][3],
    mode: info[0][1],
  });
});
for (const command of ['ROOM_SILENT_ON', 'ROOM_SILENT_OFF', 'LIVE', 'PREPARING']) {
  client.on(command, (told) => print({ command, data: (told.data ?? told).data ?? null }));
}
