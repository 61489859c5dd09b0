import { platform, type Timer } from '../platform';

/** An analysis for each letter would be thrown away by the next: it waits for a pause this long (milliseconds). */
const pauseMilliseconds = 150;

/** Tells of the first state of a document at once, and of later ones when the typing pauses. */
export class TypingPauses {
  private readonly timers = new Map<string, Timer | null>();

  constructor(
    private readonly ready: (uri: string) => void,
    private readonly pause = pauseMilliseconds,
  ) {}

  changed(uri: string): void {
    const before = this.timers.get(uri);
    if (before === undefined) {
      this.timers.set(uri, null);
      this.ready(uri);
      return;
    }
    if (before) clearTimeout(before);
    this.timers.set(
      uri,
      platform().later(() => this.ready(uri), this.pause),
    );
  }

  closed(uri: string): void {
    const timer = this.timers.get(uri);
    if (timer) clearTimeout(timer);
    this.timers.delete(uri);
  }
}
