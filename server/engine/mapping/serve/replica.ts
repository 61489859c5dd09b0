import { smallest } from '../../lists';
import { chunkSeconds } from './prompt';
import { newTokens } from './room';
import type { Policy, StepModel, Traffic } from './types';

/** A request from when it was asked to its last token, seconds. */
export interface Finished {
  readonly asked: number;
  readonly first: number;
  readonly end: number;
}

interface Request {
  readonly asked: number;
  /** From when on it can be taken: later where another replica reads prompts. */
  readonly ready: number;
  /** Time of the first token; null before. */
  first: number | null;
  /** Tokens of the prompt that are still to be read, and tokens that were made. */
  unread: number;
  made: number;
}

/** One replica with its queue, its cache in pages and its clock. */
export class Replica {
  now = 0;
  /** When the last request that it knows of comes. */
  askedLast = -Infinity;
  private readonly waiting: Request[] = [];
  /** In the order in which they were admitted. */
  private running: Request[] = [];
  private readonly pages: number;
  private readonly counted = { seconds: 0, batch: 0, inside: 0, preempted: 0 };

  constructor(
    private readonly model: StepModel,
    private readonly traffic: Traffic,
    private readonly policy: Policy,
  ) {
    const { kvBytesPerToken: bytes, freeBytes } = model;
    this.pages = bytes > 0 ? Math.floor(freeBytes / bytes / policy.pageTokens) : Infinity;
  }

  /** A request comes; its prompt is read elsewhere where it is ready later than it is asked. */
  ask(asked: number, ready = asked): void {
    this.askedLast = asked;
    const unread = this.policy.prefillReplicas === null ? newTokens(this.traffic) : 0;
    const request = { asked, ready, first: null, unread, made: 0 };
    let at = this.waiting.length;
    while (at > 0 && this.waiting[at - 1]!.ready > ready) at--;
    this.waiting.splice(at, 0, request);
  }

  /** Means are of what comes after. */
  countAnew(): void {
    Object.assign(this.counted, { seconds: 0, batch: 0, inside: 0, preempted: 0 });
  }

  means(): { readonly batch: number; readonly inside: number; readonly preempted: number } {
    const { seconds, batch, inside, preempted } = this.counted;
    return { batch: batch / seconds, inside: inside / seconds, preempted };
  }

  /** One step, or the time until something comes; who was answered by it. Null: a request that never fits. */
  advance(): readonly Finished[] | null {
    this.admit();
    if (this.running.length === 0) {
      const next = this.waiting[0];
      if (!next) return [];
      if (next.ready <= this.now) return null;
      this.pass(next.ready - this.now);
      return [];
    }
    const unread = this.running.filter((request) => request.unread > 0);
    if (unread.length > 0 && this.policy.chunkTokens === null) return this.readAlone(unread[0]!);
    return this.step(unread);
  }

  private admit(): void {
    for (;;) {
      const [next] = this.waiting;
      if (!next || next.ready > this.now || this.running.length >= this.policy.mostBatch) return;
      // Each of those that run needs another page soon.
      if (this.used() + this.pagesOf(next) + this.running.length + 1 > this.pages) return;
      this.waiting.shift();
      this.running.push(next);
      // Its prompt was read elsewhere: the first token came with it.
      if (next.unread === 0 && next.first === null) {
        next.first = next.ready;
        next.made = 1;
      }
    }
  }

  private pagesOf({ made }: Request): number {
    return Math.ceil((this.traffic.promptTokens + made) / this.policy.pageTokens);
  }

  private used(): number {
    return this.running.reduce((sum, request) => sum + this.pagesOf(request), 0);
  }

  /** A whole prompt, while decoding waits. */
  private readAlone(request: Request): readonly Finished[] {
    const tokens = request.unread;
    const context = this.traffic.promptTokens + request.made - tokens;
    this.pass(this.model.prefillSeconds(tokens, Math.max(0, context)));
    request.unread = 0;
    this.token(request);
    return this.leave();
  }

  /** A token for each that is decoded, and a chunk of prompts beside; several steps at once while nothing else can happen. */
  private step(unread: readonly Request[]): readonly Finished[] {
    let left = this.policy.chunkTokens ?? 0;
    let chunks = 0;
    const read: Request[] = [];
    for (const request of unread) {
      if (left <= 0) break;
      const tokens = Math.min(left, request.unread);
      const context = this.traffic.promptTokens + request.made - request.unread;
      chunks += chunkSeconds(this.model, tokens, Math.max(0, context));
      request.unread -= tokens;
      left -= tokens;
      if (request.unread === 0) read.push(request);
    }
    const decoded = this.running.filter((request) => request.unread === 0 && !read.includes(request));
    const context = decoded.reduce((sum, { made }) => sum + this.traffic.promptTokens + made, 0);
    const mean = context / Math.max(1, decoded.length);
    const seconds = this.model.decodeSeconds(Math.max(1, decoded.length), mean) + chunks;
    const steps = unread.length > 0 ? 1 : this.undisturbed(decoded, seconds);
    this.pass(seconds * steps);
    for (const request of decoded) request.made += steps;
    for (const request of read) this.token(request);
    const done = this.leave();
    this.makeRoom();
    return done;
  }

  /** Steps until an answer ends, a request comes or the cache could be full; at most some, since contexts grow. */
  private undisturbed(decoded: readonly Request[], seconds: number): number {
    const most = smallest(decoded.map(({ made }) => this.traffic.outputTokens - made));
    const next = this.waiting[0];
    // One that waits for room gets it when an answer ends; one that is still to come gets it when it comes.
    const comes = next && next.ready > this.now ? Math.ceil((next.ready - this.now) / seconds) : Infinity;
    const pages = this.pages - this.used();
    const room = Math.floor(pages / decoded.length) * this.policy.pageTokens;
    return Math.max(1, Math.min(most, comes, room, longestStretch));
  }

  private token(request: Request): void {
    request.made++;
    request.first ??= this.now;
  }

  /** Answers that ended. */
  private leave(): readonly Finished[] {
    const { outputTokens } = this.traffic;
    const done = this.running.filter((request) => request.unread === 0 && request.made >= outputTokens);
    if (done.length > 0) this.running = this.running.filter((request) => !done.includes(request));
    return done.map(({ asked, first }) => ({ asked, first: first ?? this.now, end: this.now }));
  }

  /** The last that were admitted give their pages back, wait again, and have prompt and answer read anew. */
  private makeRoom(): void {
    while (this.running.length > 1 && this.used() > this.pages) {
      const last = this.running.pop()!;
      last.unread = this.traffic.promptTokens + last.made;
      this.counted.preempted++;
      this.waiting.unshift(last);
    }
  }

  private pass(seconds: number): void {
    const { counted, running } = this;
    const decoded = running.filter(({ unread }) => unread === 0).length;
    // Those that are still to come are not inside yet.
    const inside = running.length + this.waiting.filter(({ asked }) => asked <= this.now).length;
    counted.seconds += seconds;
    counted.batch += seconds * decoded;
    counted.inside += seconds * inside;
    this.now += seconds;
  }
}

/** Steps that are taken as one: contexts grow by as many tokens meanwhile. */
const longestStretch = 32;
