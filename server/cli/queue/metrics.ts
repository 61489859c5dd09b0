import { createServer, type Server } from 'node:http';
import { usage } from '../failure';
import { jobStates, type SweepState } from './sweeps';

/** What a worker has done so far. */
export class Metrics {
  models = 0;
  /** Jobs that ended without a result here; they are tried again. */
  failures = 0;
  /** Jobs of others that were found without a worker. */
  stalled = 0;
  rows = 0;
  /** Of jobs, failed ones too. */
  seconds = 0;

  get counts(): { readonly models: number; readonly rows: number } {
    const { models, rows } = this;
    return { models, rows };
  }

  /** In the text format of Prometheus, version 0.0.4. */
  text(sweeps: readonly SweepState[]): string {
    const lines: string[] = [];
    const add = (name: string, type: 'counter' | 'gauge', help: string, values: readonly Sample[]): void => {
      lines.push(`# HELP siliconlens_${name} ${help}`, `# TYPE siliconlens_${name} ${type}`);
      for (const { labels = '', value } of values) lines.push(`siliconlens_${name}${labels} ${value}`);
    };
    const counter = (name: string, help: string, value: number): void =>
      add(name, 'counter', help, [{ value }]);
    counter('models_total', 'Models that were worked out by this worker.', this.models);
    counter('failures_total', 'Tries of this worker that ended without a result.', this.failures);
    counter('stalled_total', 'Jobs that this worker found without a worker.', this.stalled);
    counter('rows_total', 'Rows that this worker made.', this.rows);
    counter('job_seconds_total', 'Seconds that jobs of this worker took.', this.seconds);
    add('resident_memory_bytes', 'gauge', 'Memory of this worker.', [{ value: process.memoryUsage.rss() }]);
    add(
      'queue_jobs',
      'gauge',
      'Models of sweeps in the queue.',
      sweeps.flatMap(({ id, jobs }) =>
        jobStates.map((state) => ({ labels: `{sweep="${id}",state="${state}"}`, value: jobs[state] })),
      ),
    );
    return `${lines.join('\n')}\n`;
  }
}

interface Sample {
  readonly labels?: string;
  readonly value: number;
}

/** Serves metrics at `/metrics` of `[HOST:]PORT`, without a host to this machine alone; null without the option. */
export async function serveMetrics(
  option: string | undefined,
  metrics: Metrics,
  sweeps: () => Promise<readonly SweepState[]>,
): Promise<Server | null> {
  if (option === undefined) return null;
  const [, host = '127.0.0.1', port] = /^(?:(.+):)?(\d{1,5})$/.exec(option) ?? [];
  if (port === undefined || Number(port) > 65_535) throw usage('cli.worker.metrics', { value: option });
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') return void response.writeHead(404).end();
    void sweeps().then(
      (all) =>
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(metrics.text(all)),
      () => response.writeHead(503).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(port), host.replace(/^\[|\]$/g, ''), resolve);
  }).catch((error: unknown) => {
    throw usage('cli.worker.metricsTaken', {
      value: option,
      detail: error instanceof Error ? error.message : '',
    });
  });
  return server;
}
