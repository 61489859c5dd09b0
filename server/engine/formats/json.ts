import { entryOf } from '../../../outside/table';
import { objectOf, type JsonObject } from '../lower/fields';

/** Members of objects of unknown making. */
export function member(object: JsonObject | undefined, name: string): JsonObject | undefined {
  return objectOf(entryOf(object, name));
}

export function listOf(object: JsonObject | undefined, name: string): readonly unknown[] {
  const found = entryOf(object, name);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

export function textOf(object: JsonObject | undefined, name: string): string {
  const found = entryOf(object, name);
  return typeof found === 'string' ? found : '';
}
