// Centrifuge behind a line that is cut whenever we are told to: prints what it hears, each once.
const net = require('node:net');
const readline = require('node:readline');
const { Centrifuge } = require('centrifuge');
const WebSocket = require('ws');

const [host, port, channel, token] = process.argv.slice(2);
const print = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);

const lines = new Set();
const relay = net.createServer((near) => {
  const far = net.connect(Number(port), host);
  lines.add(near);
  for (const [from, to] of [[near, far], [far, near]]) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
  near.on('close', () => lines.delete(near));
});

relay.listen(0, '127.0.0.1', () => {
  const url = `ws://127.0.0.1:${relay.address().port}/connection/websocket`;
  const client = new Centrifuge(url, {
    websocket: WebSocket,
    token,
    minReconnectDelay: 50,
    maxReconnectDelay: 200,
  });
  const room = client.newSubscription(channel);
  client.on('message', ({ data }) => print({ message: data }));
  room.on('subscribed', ({ wasRecovering, recovered }) => print({ wasRecovering, recovered }));
  room.on('publication', ({ data, offset }) => print({ data, offset }));
  room.subscribe();
  client.connect();
  readline.createInterface({ input: process.stdin }).on('line', async (asked) => {
    const [verb, ...words] = asked.split(' ');
    const argument = words.join(' ');
    try {
      if (verb === 'cut') for (const line of lines) line.destroy();
      if (verb === 'publish') print({ published: await room.publish(JSON.parse(argument)) });
      if (verb === 'history') print({ history: await room.history(JSON.parse(argument)) });
      if (verb === 'stats') print({ stats: await room.presenceStats() });
    } catch ({ code, message, temporary }) {
      print({ error: { code, message, temporary } });
    }
  });
});
