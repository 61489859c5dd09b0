/** Why a location of external data is not followed; `format.` + code is the problem's key. */
type ExternalPathFault = 'external-empty' | 'external-absolute' | 'external-outside' | 'external-invalid';

export type ExternalPath =
  | { readonly ok: true; readonly segments: readonly string[] }
  | { readonly ok: false; readonly code: ExternalPathFault };

/** Longest location that a file system takes, generously. */
const longest = 4096;

/**
 * The path segments of an external data location below the model's folder, or why it must not be followed: absolute
 * paths, drive letters, UNC and URIs, `..`, control characters, and names that Windows maps to devices or streams.
 * Links must be checked against the real path by the code that opens the file. Both slashes part segments on every system, so
 * that a model means the same file everywhere.
 */
export function externalPath(location: string): ExternalPath {
  if (location.trim() === '') return { ok: false, code: 'external-empty' };
  if (location.length > longest || /[\p{Cc}\p{Cs}]/u.test(location))
    return { ok: false, code: 'external-invalid' };
  if (
    /^[\\/]/.test(location) ||
    /^[A-Za-z]:/.test(location) ||
    /^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(location)
  ) {
    return { ok: false, code: 'external-absolute' };
  }
  const segments = location.split(/[\\/]/).filter((segment) => segment !== '' && segment !== '.');
  // Windows drops dots and spaces at the end of names, so ".. " would be ".." there.
  if (segments.some((segment) => /^\.\.[. ]*$/.test(segment))) return { ok: false, code: 'external-outside' };
  if (segments.length === 0 || segments.some(isUnsafeName)) return { ok: false, code: 'external-invalid' };
  return { ok: true, segments };
}

/** Alternate data streams and device names of Windows (learn.microsoft.com, "Naming Files, Paths, and Namespaces"). */
function isUnsafeName(segment: string): boolean {
  return segment.includes(':') || /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i.test(segment.trimEnd());
}
