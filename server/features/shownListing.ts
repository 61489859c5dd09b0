import type { CancellationToken } from 'vscode-languageserver';
import { runPolitely } from '../engine/scheduler';
import type { Listing } from '../workspace/analysis';
import { politeTo } from '../workspace/turns';
import type { ServerContext } from './context';
import { whileWanted } from './handler';

/** The listing that a document shows; undefined where the server did not make it. */
export async function shownListing(
  { models }: ServerContext,
  uri: string,
  token: CancellationToken,
): Promise<Listing | undefined> {
  return (await whileWanted(models.view(uri), token))?.listing;
}

/** As {@link shownListing}, once questions about its values are answered fast. */
export async function listingWithValues(
  context: ServerContext,
  uri: string,
  token: CancellationToken,
): Promise<Listing | undefined> {
  const listing = await shownListing(context, uri, token);
  if (listing) await runPolitely(listing.positions.indexValues(), politeTo(token));
  return listing;
}
