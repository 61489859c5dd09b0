// A server for tests, which does what its first message of each kind says.
const reply = (id, result) => process.send({ jsonrpc: '2.0', id, result });
const tell = (method, params) => process.send({ jsonrpc: '2.0', method, params });
const ways = {
  answer: (id) => reply(id, process.pid),
  refuse: (id) => process.send({ jsonrpc: '2.0', id, error: { code: 1, message: 'no' } }),
  /** Never an answer, but the loop goes round. */
  wait: () => {},
  /** The loop stands still. */
  hang: () => {
    tell('siliconlens/working', { models: [{ uri: 'm', stage: 'analysing' }] });
    for (;;);
  },
  /** Answers, one after the other, for longer than a server may be silent, and comes to no ping meanwhile. */
  flood: (id) => {
    const end = Date.now() + 1500;
    for (let next = Date.now(); next < end; next += 100) {
      while (Date.now() < next);
      reply(1e6, null);
    }
    reply(id, process.pid);
  },
  exit: () => process.exit(3),
  /** Says what it is at, and is gone in the same breath. */
  workAndDie: () => {
    tell('siliconlens/working', { models: [{ uri: 'm', stage: 'reading' }] });
    process.kill(process.pid, 'SIGKILL');
  },
  garbage: () => {
    for (const one of [null, 7, 'text', [], {}, { id: {} }, { method: 'siliconlens/working', params: null }])
      process.send(one);
    for (;;);
  },
};

process.on('disconnect', () => process.exit(0));
process.on('message', ({ id, method }) => {
  if (method === 'siliconlens/ping') tell('siliconlens/pong');
  else ways[method]?.(id);
});
