import { message } from '../../../l10n/cli';
import type { Language } from '../../../l10n/language';

/** How often the line changes (milliseconds). */
const interval = 200;
const width = 20;

/** A line that says how far a sweep has come, at what rate, and how long the rest takes at that rate. */
export class Progress {
  private done = 0;
  private rows = 0;
  private readonly start: number;
  private shownAt = -Infinity;

  /** @param show undefined where nobody watches */
  constructor(
    private readonly models: number,
    private readonly language: Language,
    private readonly show: ((line: string) => void) | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.start = now();
  }

  addRows(count: number): void {
    this.rows += count;
    this.tell(false);
  }

  endModel(): void {
    this.done++;
    this.tell(this.done === this.models);
  }

  /** Nothing is left of the line. */
  clear(): void {
    this.show?.('');
  }

  private tell(isLast: boolean): void {
    const now = this.now();
    if (!this.show || (!isLast && now - this.shownAt < interval)) return;
    this.shownAt = now;
    const seconds = (now - this.start) / 1000;
    const rate = seconds > 0 ? this.done / seconds : 0;
    const filled = Math.floor((width * this.done) / Math.max(1, this.models));
    const args = {
      bar: `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`,
      done: this.done,
      models: this.models,
      rows: this.rows,
      rate,
      left: clock(rate > 0 ? (this.models - this.done) / rate : 0),
    };
    this.show(message(this.language, rate > 0 ? 'cli.sweep.progress' : 'cli.sweep.progressStart', args));
  }
}

/** Seconds as `1:02:03` or `2:03`. */
function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number: number): string => String(number).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
