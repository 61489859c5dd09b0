import type { WorkingModel, WorkStage } from '../../server/protocol';
import type { Launch, ServerLink, ServerLog } from './link';
import {
  initialState,
  type Limits,
  limits,
  step,
  type SupervisorAction,
  type SupervisorEvent,
  type SupervisorState,
  tickMilliseconds,
} from './supervisor';

/** The client that speaks the protocol with a server: the language client, in tests a bare connection. */
export interface Peer {
  /** Resolves once the server has answered. */
  start(): Promise<void>;
  /** Asks the server to end; may take a while, and may fail. */
  stop(): Promise<void>;
  /** The server is gone: nothing more will come. */
  close(): void;
}

/** Why a request has no answer: its server is gone. */
export class ServerEndedError extends Error {}

export interface KeeperHost<P extends Peer> {
  readonly log: ServerLog;
  /** A peer for a new server. Its requests go through `asking`. */
  connect(server: ServerLink, asking: Asking): P;
  /** A new server answers. */
  running(): void;
  /** It ended unasked; the phase says whether another one follows. */
  ended(): void;
  /** The models that are left alone are others now. */
  withheldChanged(): void;
  /** What a request is told whose server is gone. */
  reason(): string;
}

/** Watches over a request: it is counted, and rejected when the server ends. */
export type Asking = <R>(ask: () => Promise<R>) => Promise<R>;

/** One server with its peer. */
interface Life<P> {
  readonly server: ServerLink;
  readonly peer: P;
  /** Rejects the requests without an answer. */
  readonly rejects: Set<(error: Error) => void>;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Keeps a server alive: does what the supervisor decides, and tells it what happens. */
export class Keeper<P extends Peer> {
  private state: SupervisorState = initialState;
  private life: Life<P> | undefined;
  private waiting: Waiter[] = [];
  private ending: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param launchServer begins a server
   * @param patience null: nobody watches, for a server that stands at a breakpoint
   */
  constructor(
    private readonly launchServer: Launch,
    private readonly host: KeeperHost<P>,
    private readonly patience: Limits | null = limits,
    private readonly tick = tickMilliseconds,
  ) {}

  /** A server answers, or is about to. */
  get isAlive(): boolean {
    return this.state.phase === 'starting' || this.state.phase === 'running';
  }

  get phase(): SupervisorState['phase'] {
    return this.state.phase;
  }

  /** How often it ended of late, and whether it ever answered. */
  get ends(): { readonly count: number; readonly ran: boolean } {
    return { count: this.state.ends.length, ran: this.state.ran };
  }

  get withheld(): ReadonlyMap<string, WorkStage> {
    return this.state.withheld;
  }

  /** The peer of a server that answers. */
  get peer(): P | undefined {
    return this.state.phase === 'running' ? this.life?.peer : undefined;
  }

  /** Resolves once a server answers; rejects when none is started any more. */
  start(): Promise<void> {
    this.feed({ type: 'start' });
    return this.settled();
  }

  restart(): Promise<void> {
    this.feed({ type: 'restart' });
    return this.settled();
  }

  stop(): Promise<void> {
    this.feed({ type: 'stop' });
    this.settle();
    return this.ending;
  }

  /** The model may be worked on again. */
  release(uri: string): void {
    if (!this.state.withheld.has(uri)) return;
    this.feed({ type: 'released', uri });
    this.host.withheldChanged();
  }

  private settled(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.settle();
    });
  }

  /** Answers those who wait for a server, if it is clear whether there is one. */
  private settle(): void {
    const { phase } = this.state;
    if (phase === 'starting') return;
    const waiting = this.waiting.splice(0);
    for (const { resolve, reject } of waiting)
      if (phase === 'running') resolve();
      else reject(new ServerEndedError(this.host.reason()));
  }

  private feed(event: SupervisorEvent): void {
    const { state, actions } = step(this.state, event, this.patience ?? limits);
    this.state = state;
    for (const action of actions) this.act(action);
    if (this.isAlive && this.patience)
      this.timer ??= setInterval(() => this.feed({ type: 'tick' }), this.tick);
    else {
      clearInterval(this.timer);
      this.timer = undefined;
    }
  }

  private act(action: SupervisorAction): void {
    switch (action) {
      case 'launch':
        // An orderly end of the one before comes first, so that the two never work on the same files.
        void this.ending.then(() => this.launch()).catch((error: unknown) => this.lost(String(error)));
        return;
      case 'end':
        this.ending = Promise.all([this.ending, this.end()]).then(() => undefined);
        return;
      case 'kill':
        this.life?.server.kill('no sign of life');
        return;
      case 'ping':
        this.life?.server.ping();
        return;
    }
  }

  private launch(): void {
    // Stopped, or started by another event meanwhile.
    if (this.life || this.state.phase !== 'starting') return;
    let life: Life<P> | undefined;
    const isCurrent = () => life !== undefined && this.life === life;
    const server = this.launchServer(this.host.log, {
      heard: () => isCurrent() && this.feed({ type: 'heard' }),
      working: (models: readonly WorkingModel[]) => isCurrent() && this.feed({ type: 'working', models }),
      ended: (how) => life && this.ended(life, how),
    });
    try {
      const peer = this.host.connect(server, (ask) => this.ask(life, ask));
      life = { server, peer, rejects: new Set() };
    } catch (error) {
      server.kill(String(error));
      throw error;
    }
    this.life = life;
    life.peer.start().then(
      () => {
        if (!isCurrent()) return;
        this.feed({ type: 'started' });
        this.host.running();
        this.settle();
      },
      // A server that refuses to start, but goes on, is of no use.
      (error: unknown) => server.kill(error instanceof Error ? error.message : String(error)),
    );
  }

  private async end(): Promise<void> {
    const life = this.life;
    if (!life) return;
    this.life = undefined;
    this.rejectAll(life);
    await life.peer.stop().catch((error: unknown) => this.host.log.info(String(error)));
    life.server.kill('stopped');
  }

  private ended(life: Life<P>, how: string): void {
    const isCurrent = this.life === life;
    if (isCurrent) this.life = undefined;
    this.rejectAll(life);
    life.peer.close();
    if (isCurrent) this.lost(how);
  }

  /** The server is gone, or could not even be made. */
  private lost(how: string): void {
    this.host.log.error(`the server ended: ${how}`);
    const { withheld } = this.state;
    this.feed({ type: 'ended', at: performance.now() });
    this.host.ended();
    if (this.state.withheld !== withheld) this.host.withheldChanged();
    this.settle();
  }

  private rejectAll({ rejects }: Life<P>): void {
    const error = new ServerEndedError(this.host.reason());
    for (const reject of rejects) reject(error);
    rejects.clear();
  }

  private ask<R>(life: Life<P> | undefined, ask: () => Promise<R>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      if (!life || this.life !== life) {
        reject(new ServerEndedError(this.host.reason()));
        return;
      }
      life.rejects.add(reject);
      this.feed({ type: 'asked' });
      ask()
        .then(resolve, reject)
        .finally(() => {
          // Whoever was rejected was counted out with the server.
          if (life.rejects.delete(reject) && this.life === life) this.feed({ type: 'answered' });
        });
    });
  }
}
