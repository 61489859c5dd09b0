import { URI } from 'vscode-uri';
import { textExtension } from '../modelFormats/names';
import { listingScheme } from './protocol';

/** What a listing's path has behind the model's: a path that ends as a model's would be captured by the model editor. */
const suffix = `.${textExtension}`;

/**
 * The address of a model's listing: `file:///a/m.onnx` is listed at `siliconlens:/a/m.onnx.onnxtxt`. An origin that
 * is not `file:` is carried whole in the query; the path then only names the tab.
 * @param model URI of the model, as VS Code writes it
 */
export function listingOf(model: string): string {
  const uri = URI.parse(model, true);
  const query = uri.scheme === 'file' ? '' : uri.toString();
  const path = uri.path.startsWith('/') ? uri.path : `/${uri.path}`;
  const authority = uri.scheme === 'file' ? uri.authority : '';
  // Without an authority a path must not begin with two slashes, or it would read as one.
  const safePath = authority ? path : path.replace(/^\/{2,}/, '/');
  return URI.from({ scheme: listingScheme, authority, path: safePath + suffix, query }).toString();
}

/** The address of the model that a listing shows; null for whatever is no listing's address. */
export function modelOf(listing: string): string | null {
  const uri = parse(listing);
  if (uri?.scheme !== listingScheme || !uri.path.endsWith(suffix)) return null;
  if (uri.query) return parse(uri.query)?.toString() ?? null;
  const path = uri.path.slice(0, -suffix.length);
  return URI.from({ scheme: 'file', authority: uri.authority, path }).toString();
}

function parse(text: string): URI | null {
  try {
    return URI.parse(text, true);
  } catch {
    return null;
  }
}
