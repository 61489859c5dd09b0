import { run } from '../../server/cli/run';

type Verdict = 'reproduced' | 'not' | 'not checkable';

/** What a document says, and what is computed. */
export interface Claim {
  readonly said: string;
  readonly computed: string;
  readonly verdict: Verdict;
  readonly reason: string;
  /** As a reader would type them; `NAME.onnx` and `NAME/config.json` stand for the models of the page. */
  readonly commands: readonly string[];
}

/** Runs commands on the models of the page, and keeps them as a reader would type them. */
export class Asking {
  readonly commands: string[] = [];
  /** @param at where a model of the page lies */
  constructor(private readonly at: (name: string) => string) {}

  /** What a command answers as JSON. Words with a dot are models. @param isShown whether the page shows it */
  async json<T>(line: string, isShown = true): Promise<T> {
    if (isShown) this.commands.push(`siliconlens ${line}`);
    const words = line.split(' ').map((word) => (/\.(onnx|json)$/.test(word) ? this.at(word) : word));
    const printed = { out: '', error: '' };
    const code = await run([...words, '--format', 'json'], {
      out: (text) => (printed.out += text),
      error: (text) => (printed.error += text),
      locale: 'en_US.UTF-8',
    });
    // 3: no chip keeps the limits, which is an answer.
    if (code !== 0 && code !== 3) throw new Error(`${line}: ${code} ${printed.error}`);
    return JSON.parse(printed.out) as T;
  }
}

/** Three digits at most. */
export function digits(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

export function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return (sorted[Math.floor(at)]! + sorted[Math.ceil(at)]!) / 2;
}
