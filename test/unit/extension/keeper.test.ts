import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createMessageConnection } from 'vscode-languageserver/node';
import type { MessageConnection } from 'vscode-languageserver/node';
import { type Asking, Keeper, type Peer, ServerEndedError } from '../../../extension/server/keeper';
import { ServerProcess } from '../../../extension/node/serverProcess';
import type { ServerLink } from '../../../extension/server/link';
import { limits } from '../../../extension/server/supervisor';

const stub = fileURLToPath(new URL('stubServer.cjs', import.meta.url));
/** Ticks of the watchdog in tests: twelve and one make 650 ms. */
const tick = 50;

/** A connection in the place of the language client. */
class BarePeer implements Peer {
  private readonly connection: MessageConnection;

  constructor(
    readonly server: ServerLink,
    private readonly asking: Asking,
    private readonly first: string,
  ) {
    const { reader, writer } = server.transports;
    this.connection = createMessageConnection(reader, writer, {
      error: () => {},
      warn: () => {},
      info: () => {},
      log: () => {},
    });
    this.connection.listen();
  }

  async start(): Promise<void> {
    await this.connection.sendRequest(this.first);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.connection.dispose();
  }

  ask(way: string): Promise<unknown> {
    return this.asking(() => this.connection.sendRequest(way));
  }
}

class Kept {
  readonly lines: string[] = [];
  readonly servers: ServerProcess[] = [];
  ended = 0;
  running = 0;
  withheldChanges = 0;
  readonly keeper: Keeper<BarePeer>;

  /** @param first what a server is asked at its start, by how many there were before it */
  constructor(first: (life: number) => string = () => 'answer', module = stub) {
    const log = { info: () => {}, error: (line: string) => this.lines.push(line) };
    this.keeper = new Keeper<BarePeer>(
      (lines, listener) => {
        const server = new ServerProcess(module, [], lines, listener);
        this.servers.push(server);
        return server;
      },
      {
        log,
        connect: (server, asking) => {
          return new BarePeer(server, asking, first(this.servers.length - 1));
        },
        running: () => this.running++,
        ended: () => this.ended++,
        withheldChanged: () => this.withheldChanges++,
        reason: () => 'gone',
      },
      limits,
      tick,
    );
  }

  pid(life: number): number | undefined {
    return this.servers.at(life)?.child.pid;
  }

  ask(way: string): Promise<unknown> {
    return this.keeper.peer?.ask(way) ?? Promise.reject(new Error('no server'));
  }

  /** How a request ends. */
  async failureOf(way: string): Promise<unknown> {
    return this.ask(way).then(
      (answer) => `answered ${String(answer)}`,
      (error: unknown) => error,
    );
  }
}

function noClient(): never {
  throw new Error('no client');
}

let kept: Kept;
afterEach(async () => {
  await kept.keeper.stop();
  // None is left behind, those that hung included: this waits for ever otherwise.
  await Promise.all(kept.servers.map(async ({ child }) => isOver(child) || once(child, 'exit')));
});

function isOver(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

describe('a server that is kept', () => {
  it('answers', async () => {
    kept = new Kept();
    await kept.keeper.start();
    expect(await kept.ask('answer')).toBe(kept.pid(0));
  });

  it.each(['exit', 'workAndDie', 'hang', 'garbage'])(
    'is started again when it does this: %s; whoever waits is told',
    async (way) => {
      kept = new Kept();
      await kept.keeper.start();
      const others = [kept.failureOf('wait'), kept.failureOf('wait')];
      expect(await kept.failureOf(way)).toBeInstanceOf(ServerEndedError);
      for (const other of await Promise.all(others)) expect(other).toBeInstanceOf(ServerEndedError);
      await kept.keeper.start();
      expect(await kept.ask('answer')).toBe(kept.pid(1));
      expect(kept).toMatchObject({ ended: 1, running: 2 });
    },
  );

  it.each(['SIGKILL', 'SIGSTOP'] as const)('is started again after %s', async (signal) => {
    kept = new Kept();
    await kept.keeper.start();
    process.kill(kept.pid(0)!, signal);
    expect(await kept.failureOf('wait')).toBeInstanceOf(ServerEndedError);
    await kept.keeper.start();
    expect(await kept.ask('answer')).toBe(kept.pid(1));
  });

  it('is not taken for one that hangs while its loop goes round', async () => {
    kept = new Kept();
    await kept.keeper.start();
    const slow = kept.failureOf('wait');
    // Three times as long as a server may be silent.
    await new Promise((resolve) => setTimeout(resolve, tick * limits.silentTicks * 3));
    expect(await kept.ask('answer')).toBe(kept.pid(0));
    await kept.keeper.stop();
    expect(await slow).toBeInstanceOf(ServerEndedError);
  });

  it('is not taken for one that hangs while it answers, though it comes to no ping', async () => {
    kept = new Kept();
    await kept.keeper.start();
    expect(await kept.ask('flood')).toBe(kept.pid(0));
    expect(kept.ended).toBe(0);
  });

  it('names the model that it was at work on, though it died in the same breath', async () => {
    kept = new Kept();
    await kept.keeper.start();
    await kept.failureOf('workAndDie');
    expect([...kept.keeper.withheld]).toEqual([['m', 'reading']]);
    await kept.keeper.start();
    await kept.failureOf('hang');
    expect([...kept.keeper.withheld]).toEqual([['m', 'analysing']]);
    expect(kept.withheldChanges).toBe(2);
    kept.keeper.release('m');
    expect([...kept.keeper.withheld]).toEqual([]);
    expect(kept.withheldChanges).toBe(3);
  });

  it('is given up after five ends, until the user wants it again', async () => {
    kept = new Kept();
    for (let end = 1; end <= 5; end++) {
      await kept.keeper.start();
      expect(await kept.failureOf('exit')).toBeInstanceOf(ServerEndedError);
    }
    await expect(kept.keeper.start()).rejects.toBeInstanceOf(ServerEndedError);
    expect(kept).toMatchObject({ ended: 5, running: 5 });
    expect(kept.keeper).toMatchObject({ phase: 'givenUp', ends: { count: 5, ran: true } });
    await kept.keeper.restart();
    expect(await kept.ask('answer')).toBe(kept.pid(5));
  });

  it.each([
    ['is not there', new Kept(() => 'answer', `${stub}.missing`)],
    ['exits', new Kept(() => 'exit')],
    ['answers with an error', new Kept(() => 'refuse')],
    ['gets no client', new Kept(noClient)],
  ])('is given up when it %s at each start', async (_what, refusing) => {
    kept = refusing;
    await expect(kept.keeper.start()).rejects.toBeInstanceOf(ServerEndedError);
    expect(kept.keeper).toMatchObject({ phase: 'givenUp', ends: { count: 5, ran: false } });
    expect(kept.running).toBe(0);
  });

  it('that never answers at its start is ended and started again', async () => {
    kept = new Kept((life) => (life === 0 ? 'hang' : 'answer'));
    await kept.keeper.start();
    expect(await kept.ask('answer')).toBe(kept.pid(1));
  });

  it('is replaced by another one at a restart; requests of the old one are told', async () => {
    kept = new Kept();
    await kept.keeper.start();
    const old = kept.failureOf('wait');
    await Promise.all([kept.keeper.restart(), kept.keeper.restart()]);
    expect(await old).toBeInstanceOf(ServerEndedError);
    expect(kept.ended).toBe(0);
    expect(await kept.ask('answer')).toBe(kept.pid(-1));
    const others = kept.servers.slice(0, -1).map(({ child }) => child);
    await Promise.all(others.map(async (child) => isOver(child) || once(child, 'exit')));
  });

  it('stays stopped', async () => {
    kept = new Kept();
    await kept.keeper.start();
    await kept.keeper.stop();
    await expect(kept.keeper.start()).rejects.toBeInstanceOf(ServerEndedError);
    expect(kept.servers).toHaveLength(1);
  });
});
