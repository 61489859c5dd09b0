import { objectOf, type JsonObject } from '../../lower/fields';

/** The object that bytes of JSON hold; null where they hold none. Nesting is bounded by what the engine's parser takes. */
export function readJson(bytes: Uint8Array): JsonObject | null {
  try {
    return objectOf(JSON.parse(new TextDecoder().decode(bytes)) as unknown) ?? null;
  } catch {
    return null;
  }
}
