import type { Policy, StepModel, Traffic } from '../../../../server/engine/mapping/serve/types';

/** A replica whose steps are easy to add up: 5 ms of weights and 0.1 ms per sequence, a prompt at 20 µs a token. */
export const plain: StepModel = {
  decodeSeconds: (batch) => 5e-3 + 1e-4 * batch,
  prefillSeconds: (tokens) => 20e-6 * tokens,
  kvBytesPerToken: 100_000,
  freeBytes: 60e9,
  devices: 1,
  mostContext: null,
};

export const policy: Policy = {
  replicas: 1,
  mostBatch: 256,
  chunkTokens: null,
  prefillReplicas: null,
  transferBytesPerSecond: null,
  pageTokens: 16,
};

export function rateOf(perSecond: number, promptTokens = 1000, outputTokens = 201): Traffic {
  return {
    ...{ arrival: { kind: 'rate', perSecond }, promptTokens, outputTokens },
    ...{ prefixShare: 0, ttftLimit: null, tpotLimit: null },
  };
}

export function usersOf(users: number, promptTokens = 1000, outputTokens = 201): Traffic {
  return { ...rateOf(0, promptTokens, outputTokens), arrival: { kind: 'closed', users } };
}
