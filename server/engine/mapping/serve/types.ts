/** What one replica of a model costs, step by step: one device, or the devices that a mapping gives it. Seconds and bytes. */
export interface StepModel {
  /** Seconds of reading `tokens` of a prompt behind `context` tokens that are in the cache. */
  prefillSeconds(tokens: number, context: number): number;
  /** Seconds of one step that makes a token for each of `batch` sequences behind `context` tokens on average. */
  decodeSeconds(batch: number, context: number): number;
  /** Cache of one token, all layers and devices of the replica together; 0 where a model keeps none. */
  readonly kvBytesPerToken: number;
  /** Bytes that are left for caches beside weights, activations and what runtimes keep; of all devices of the replica. */
  readonly freeBytes: number;
  /** Devices of the replica. */
  readonly devices: number;
  /** Tokens of the longest sequence that the model takes; null where nothing says so. */
  readonly mostContext: number | null;
}

/** How requests come: so many in a second, at random, or each of so many users asks again once answered. */
type Arrival =
  { readonly kind: 'rate'; readonly perSecond: number } | { readonly kind: 'closed'; readonly users: number };

/** What is asked of a service. */
export interface Traffic {
  readonly arrival: Arrival;
  readonly promptTokens: number;
  /** At least 1: the prefill makes the first. */
  readonly outputTokens: number;
  /** Share of a prompt whose cache is there already (a system prompt, an earlier turn), 0..1. */
  readonly prefixShare: number;
  /** Seconds; null: no limit. */
  readonly ttftLimit: number | null;
  readonly tpotLimit: number | null;
}

/** How the service is run. */
export interface Policy {
  /** Equal replicas that share the requests; all of them where roles are apart. */
  readonly replicas: number;
  /** Sequences that a replica works on at most. */
  readonly mostBatch: number;
  /** Tokens of a prompt that a step takes beside decoding; null: prompts are read alone, one after the other, and decoding waits. */
  readonly chunkTokens: number | null;
  /** Replicas that only read prompts, of all; null: each does both. */
  readonly prefillReplicas: number | null;
  /** Bytes per second over which a prompt's cache goes from one role to the other; null: it takes no time. */
  readonly transferBytesPerSecond: number | null;
  /** Tokens of a page of the cache. */
  readonly pageTokens: number;
}

/** A load that nothing can keep up with: which part of the service has more work than time. */
export type Bottleneck = 'prefill' | 'decode' | 'memory';

/** The service in the long run. */
export interface SteadyState {
  /** Null: it keeps up. Else requests pile up, and times below are null. */
  readonly saturated: Bottleneck | null;
  /** Mean seconds from a request to its first token, with all waiting. */
  readonly ttft: number | null;
  /** Mean seconds between the tokens of an answer. */
  readonly tpot: number | null;
  /** Mean seconds of a request. */
  readonly latency: number | null;
  /** Sequences that a replica decodes at a time, mean. */
  readonly batch: number | null;
  /** Of all replicas. */
  readonly requestsPerSecond: number;
  readonly tokensPerSecond: number;
  readonly tokensPerSecondPerDevice: number;
  /** Share of its time in which a replica reads prompts, 0..1. */
  readonly prefillShare: number;
  /** Share of the room for caches that is taken, mean, 0..1. */
  readonly cacheShare: number | null;
}

/** What a number of sequences at a time gives. */
export interface CurvePoint {
  readonly batch: number;
  readonly tokensPerSecondPerUser: number;
  readonly tokensPerSecondPerDevice: number;
  readonly ttft: number;
  readonly tpot: number;
  /** Within both limits. */
  readonly isWithin: boolean;
}
