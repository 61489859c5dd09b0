import manifest from '../../package.json';
import { entryOf } from '../../outside/table';
import { failed } from './failure';

/** Packages that only some commands need and that are not part of the product. */
export type Peer = keyof typeof manifest.peerDependenciesMeta;

/**
 * Loads packages that users install beside the product when they want what needs them. They are looked for there alone, never in
 * the folder in which a command is run. Throws a `Failure` that says how to install them where one is missing.
 * @param option what needs them
 */
export async function withPeers<T>(
  names: readonly Peer[],
  option: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(code)) throw error;
    const packages = names.map((name) => `${name}@${entryOf(manifest.devDependencies, name)}`).join(' ');
    throw failed('cli.error.peer', { option, packages });
  }
}
