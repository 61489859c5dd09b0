import type { ClientCapabilities, ServerCapabilities } from 'vscode-languageserver';
import type { ServerContext } from './context';

/** Something that the server does for an editor: what is announced of it, and what answers. */
export interface Feature {
  /** What is announced to a client; null where the client does not say that it can take it. Left out: nothing is. */
  capability?(client: ClientCapabilities): ServerCapabilities | null;
  /** Connects what answers. */
  register(context: ServerContext): void;
  /** What begins once the editor may be asked for something. */
  initialized?(context: ServerContext): void;
}

/** What the server announces to a client: of each feature what the client can take. */
export function announced(features: readonly Feature[], client: ClientCapabilities): ServerCapabilities {
  return features.reduce<ServerCapabilities>(
    (all, feature) => ({ ...all, ...feature.capability?.(client) }),
    {},
  );
}
