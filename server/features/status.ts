import type { MessageArgs } from '../../l10n/messages';
import type { ServerKey } from '../../l10n/server';
import { platform, type Timer } from '../platform';
import type { StatusParams } from '../protocol';

/** Work shorter than this (milliseconds) is not worth a flicker in the status bar. */
const patience = 300;

/** What the server is doing, told as a state and only when it changes. */
export class Status {
  private timer: Timer | undefined;
  private told = '';

  constructor(
    private readonly tell: (
      state: Pick<StatusParams, 'health' | 'quiescent'>,
      key: ServerKey,
      args?: MessageArgs,
    ) => void,
  ) {}

  /** Work began; it is told if it goes on for a while. */
  busy(key: ServerKey, args: MessageArgs): void {
    clearTimeout(this.timer);
    this.timer = platform().later(() => this.change('ok', false, key, args), patience);
  }

  done(health: StatusParams['health'], key: ServerKey, args: MessageArgs = {}): void {
    clearTimeout(this.timer);
    this.change(health, true, key, args);
  }

  private change(
    health: StatusParams['health'],
    quiescent: boolean,
    key: ServerKey,
    args: MessageArgs,
  ): void {
    const state = JSON.stringify([health, quiescent, key, args]);
    if (state === this.told) return;
    this.told = state;
    this.tell({ health, quiescent }, key, args);
  }
}
