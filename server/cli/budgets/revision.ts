import { execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { failed } from '../failure';

const run = promisify(execFile);

/** Files beside models that are brought along, such as external data and configurations, and their bytes together. */
const mostBeside = 2000;
const mostBytesBeside = 1024 ** 3;
/** Bytes of a list of files. */
const mostListed = 256 * 1024 * 1024;
/** What Git LFS keeps in the place of a file is shorter, and begins so. */
const pointer = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\n/;
const mostPointer = 1024;

/** A regular file of a revision. */
interface Blob {
  readonly id: string;
  readonly bytes: number;
  /** From the top of the repository, with slashes. */
  readonly path: string;
}

/** The models of a git revision. They are read from its objects; work tree and index stay as they are. */
export class Revision {
  private readonly written = new Set<string>();

  private constructor(
    /** What was asked for. */
    readonly name: string,
    readonly commit: string,
    /** Top of the repository. */
    private readonly top: string,
    /** Way from there to the root of the budget file, with slashes; empty where they are one. */
    private readonly way: string,
    /** Holds what was read, until it is disposed of. */
    private readonly folder: string,
  ) {}

  /** Throws a `Failure` where the root is in no repository, or that has no such revision. */
  static async named(name: string, root: string): Promise<Revision> {
    const inRoot = async (...words: string[]): Promise<string> =>
      (await run('git', words, { cwd: root, maxBuffer: mostPointer * 64 })).stdout.trim();
    const top = await inRoot('rev-parse', '--show-toplevel').catch(() => {
      throw failed('cli.check.noRepository', { path: root });
    });
    const commit = await inRoot('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`)
      // Two words of newer versions of git may stand before the hash.
      .then((text) => /[0-9a-f]{40,64}$/.exec(text)?.[0] ?? '')
      .catch(() => '');
    if (commit === '') throw failed('cli.check.noRevision', { revision: name });
    const way = relative(await realpath(top), await realpath(root))
      .split(sep)
      .join('/');
    const folder = await mkdtemp(join(tmpdir(), 'siliconlens-revision-'));
    return new Revision(name, commit, top, way, folder);
  }

  /**
   * Where a model as it was lies now, with the files of its folder beside it; null where the revision does not have it.
   * Throws a `Failure` where its content is not in the repository.
   * @param path from the root of the budget file
   */
  async fileOf(path: string): Promise<string | null> {
    const inside = this.way === '' ? path : `${this.way}/${path}`;
    const blobs = await this.blobsIn(dirname(inside));
    const model = blobs.find((blob) => blob.path === inside);
    if (!model) return null;
    await this.write(model);
    let bytes = 0;
    // Those right beside it first.
    const depth = (blob: Blob): number => blob.path.split('/').length;
    const others = blobs.filter((blob) => blob !== model).sort((a, b) => depth(a) - depth(b));
    for (const blob of others.slice(0, mostBeside)) {
      bytes += blob.bytes;
      if (bytes > mostBytesBeside) break;
      // A missing file beside a model is told when the model is read.
      await this.write(blob).catch(() => {});
    }
    return join(this.folder, inside);
  }

  async dispose(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The regular files below a folder; links and other repositories are none. */
  private async blobsIn(folder: string): Promise<Blob[]> {
    const words = ['ls-tree', '-r', '-l', '-z', '--full-tree', this.commit];
    const list = await this.git(folder === '.' ? words : [...words, '--', `${folder}/`]);
    return list.split('\0').flatMap((line) => {
      const [, id, bytes, path] = /^100(?:644|755) blob ([0-9a-f]+)\s+(\d+)\t(.+)$/s.exec(line) ?? [];
      const isSafe = path !== undefined && !path.split('/').some((step) => step === '..' || step === '');
      return isSafe ? [{ id: id!, bytes: Number(bytes), path }] : [];
    });
  }

  private async git(words: readonly string[]): Promise<string> {
    return (await run('git', [...words], { cwd: this.top, maxBuffer: mostListed })).stdout;
  }

  private async write({ id, bytes, path }: Blob): Promise<void> {
    if (this.written.has(path)) return;
    const target = join(this.folder, path);
    await mkdir(dirname(target), { recursive: true });
    const held = bytes < mostPointer ? pointer.exec(await this.git(['cat-file', 'blob', id])) : null;
    if (held) await this.copyHeld(held[1]!, path, target);
    else {
      const child = spawn('git', ['cat-file', 'blob', id], {
        cwd: this.top,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      await pipeline(child.stdout, createWriteStream(target));
      // A git that ends early leaves a shorter file.
      if ((await stat(target)).size !== bytes)
        throw failed('cli.check.notHeld', { path, revision: this.name });
    }
    this.written.add(path);
  }

  /** What Git LFS holds of a file on this machine; nothing is asked of a server. */
  private async copyHeld(hash: string, path: string, target: string): Promise<void> {
    const folder = resolve(this.top, (await this.git(['rev-parse', '--git-common-dir'])).trim());
    const held = join(folder, 'lfs', 'objects', hash.slice(0, 2), hash.slice(2, 4), hash);
    if (!(await stat(held).catch(() => null)))
      throw failed('cli.check.pointer', { path, revision: this.name });
    await copyFile(held, target);
  }
}
