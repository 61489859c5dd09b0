import type * as BullMq from 'bullmq';
import type { Redis } from 'ioredis';
import { message } from '../../../l10n/cli';
import type { Language } from '../../../l10n/language';
import { terminalText } from '../../../outside/terminal';
import { failed as gone, usage } from '../failure';
import { withPeers } from '../peers';

/** How often what is wrong with a connection is told, milliseconds: a server that is away is asked many times a second. */
const tellEvery = 10_000;
/** Milliseconds between two tries to reach a server that is away. */
const retryEvery = 1000;

/** A queue's server: connections to it, and what is said when it can't be reached. */
export interface Engine {
  readonly bullmq: Pick<typeof BullMq, 'Queue' | 'Worker' | 'DelayedError'>;
  /** Shared by all queues; workers make another connection of the same kind for waiting. */
  readonly redis: Redis;
  /** Must listen to everything that may fail: an error that nobody hears ends the process. */
  readonly failed: (error: unknown) => void;
  close(): void;
}

/** Tries of a command that only asks. */
const fewTries = 3;

/**
 * Connects to `redis://` or `rediss://`. Throws a `Failure` for another address, or where the packages are missing.
 * @param isPatient whether it waits for a server that is away; else it fails after a few tries
 */
export async function engineAt(
  url: string,
  language: Language,
  tell: (line: string) => void,
  isPatient = true,
): Promise<Engine> {
  const place = placeOf(url);
  const [bullmq, { Redis: Client }] = await withPeers(['bullmq', 'ioredis'], '--queue', () =>
    Promise.all([import('bullmq'), import('ioredis')]),
  );
  let toldAt = -Infinity;
  const failed = (error: unknown): void => {
    const now = performance.now();
    if (now - toldAt < tellEvery) return;
    toldAt = now;
    const detail = terminalText(
      error instanceof Error ? error.message || error.name : String(error),
      Infinity,
    );
    tell(message(language, 'cli.queue.away', { place, detail }));
  };
  // A sweep gives nothing up while a server is away: it may be starting again.
  const redis = new Client(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (tries) => (isPatient || tries < fewTries ? retryEvery : null),
  });
  redis.on('error', failed);
  if (!isPatient)
    await redis.ping().catch(() => {
      throw gone('cli.queue.gone', { place });
    });
  return {
    bullmq,
    redis,
    failed,
    close: () => redis.disconnect(),
  };
}

/** The address without its password. */
function placeOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (!parsed || !['redis:', 'rediss:'].includes(parsed.protocol) || parsed.hostname === '')
    throw usage('cli.queue.url', { url: parsed ? `${parsed.protocol}//…` : '…' });
  return parsed.host;
}
