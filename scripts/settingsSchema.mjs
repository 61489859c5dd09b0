import { readFile } from 'node:fs/promises';

/**
 * What editors complete and validate the setting `siliconlens.customChips` with: the schema of chip files, where the id
 * is the name of the entry. Settings of a manifest can't refer to a file, so it is a schema of settings files instead.
 */
export async function settingsSchema() {
  const chip = JSON.parse(await readFile('server/engine/chips/chip.schema.json', 'utf8'));
  const { definitions, $schema, ...rest } = chip;
  const { id, $schema: _own, ...properties } = rest.properties;
  const entry = { ...rest, required: [], properties };
  const setting = { type: 'object', propertyNames: { pattern: id.pattern }, additionalProperties: entry };
  const properties_ = { 'siliconlens.customChips': setting };
  return {
    $schema,
    definitions,
    properties: { ...properties_, settings: { properties: properties_ } },
  };
}
