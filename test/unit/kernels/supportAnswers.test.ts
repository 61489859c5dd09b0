import { describe, expect, it } from 'vitest';
import {
  answeredRuntimes,
  compareModel,
  compareNetwork,
  compareProbes,
  expectedOf,
  readAnswers,
  shareOf,
  velaAnswers,
} from '../../conformance/support/compare';

/** What the runtimes themselves said (test/conformance/support/answers.py and vela.py). */
describe.each(answeredRuntimes())('what %s runs', (runtime) => {
  it('is what it takes of models of one node', async () => {
    expect(shareOf(await compareProbes(runtime))).toBeGreaterThanOrEqual(
      expectedOf(`${runtime} probes`).least,
    );
  });

  it.each(Object.keys(readAnswers(runtime).models))('is what it takes of %s', async (name) => {
    expect(shareOf(await compareModel(runtime, name))).toBeGreaterThanOrEqual(
      expectedOf(`${runtime} ${name}`).least,
    );
  });
});

describe('what Ethos-U runs', () => {
  const networks = Object.entries(velaAnswers().networks);
  it.each(networks)('is what Vela does not leave to the CPU, of %s', async (name, chips) => {
    for (const chip of Object.keys(chips))
      expect(shareOf(await compareNetwork(name, chip))).toBeGreaterThanOrEqual(
        expectedOf(`vela ${name}`).least,
      );
  });

  it('are ten networks, of which some are refused', () => {
    expect(networks).toHaveLength(10);
    expect(networks.flatMap(([, chips]) => Object.values(chips).flatMap(Object.keys)).length).toBeGreaterThan(
      15,
    );
  });
});
