import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { pingNotification, pongNotification, workingNotification } from '../../server/protocol';
import type { WorkingModel, WorkingParams } from '../../server/protocol';

/** Where the server's own lines go. */
export interface ProcessLog {
  info(text: string): void;
  error(text: string): void;
}

/** What a process says beside what the client reads. */
export interface ProcessListener {
  /** It answered a ping or a request: its loop goes round. */
  heard(): void;
  working(models: readonly WorkingModel[]): void;
  /** Told once, however it ended. */
  ended(how: string): void;
}

/** After the process is gone its last messages may still be on their way (milliseconds). */
const lastWords = 300;

/** One process of the server: its channel, its signs of life, its end. */
export class ServerProcess {
  /** Its channel carries the messages of the protocol. */
  readonly child: ChildProcess;
  private over = false;

  constructor(
    module: string,
    execArgv: readonly string[],
    private readonly log: ProcessLog,
    private readonly listener: ProcessListener,
  ) {
    this.child = fork(module, ['--node-ipc', `--clientProcessId=${process.pid}`], {
      execArgv: [...execArgv],
      silent: true,
      // Inside the editor's own program, which is no Node unless told so.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ASAR: '1' },
    });
    const { stdout, stderr } = this.child;
    if (stdout) createInterface({ input: stdout }).on('line', (line) => log.info(line));
    if (stderr) createInterface({ input: stderr }).on('line', (line) => log.error(line));
    // Heard here, before the connection's queue, which is lost when the server ends.
    this.child.on('message', (message: unknown) => this.hear(message));
    this.child.on('error', (error) => {
      // Without a process there was none to end; other errors are those of single messages.
      if (this.child.pid === undefined) this.end(String(error));
    });
    this.child.on('exit', (code, signal) => this.gone(signal ?? `code ${code}`));
  }

  /** Asks for a sign of life. */
  ping(): void {
    if (this.over || !this.child.connected) return;
    this.child.send({ jsonrpc: '2.0', method: pingNotification }, (error) => {
      if (error) this.log.error(String(error));
    });
  }

  /** Ends it at once, also when it is stopped or runs in a circle. */
  kill(how: string): void {
    this.child.kill('SIGKILL');
    // A process may outlive its signal for a while, in a system call for example: nobody waits for that.
    this.end(how);
  }

  private hear(message: unknown): void {
    if (this.over || typeof message !== 'object' || message === null) return;
    if (isAnswer(message)) this.listener.heard();
    if (!('method' in message)) return;
    if (message.method === pongNotification) this.listener.heard();
    if (message.method !== workingNotification || !('params' in message)) return;
    const { models } = (message.params ?? {}) as Partial<WorkingParams>;
    if (Array.isArray(models)) this.listener.working(models);
  }

  private gone(how: string): void {
    if (!this.child.connected) {
      this.end(how);
      return;
    }
    const late = setTimeout(() => this.end(how), lastWords);
    this.child.once('disconnect', () => {
      clearTimeout(late);
      this.end(how);
    });
  }

  private end(how: string): void {
    if (this.over) return;
    this.over = true;
    this.listener.ended(how);
  }
}

/** Whoever answers a flood of requests may come to a ping late. */
function isAnswer(message: object): boolean {
  return 'id' in message && typeof message.id === 'number' && ('result' in message || 'error' in message);
}
