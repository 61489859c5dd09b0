import { readdir, readFile, writeFile } from 'node:fs/promises';

const chips = 'server/engine/chips/catalogue';
const systems = 'server/engine/systems/catalogue';
const runtimes = 'server/engine/kernels/profiles';

/**
 * Writes what editors complete, explain and validate with, per language: the schemas of chip files, of system files, of mapping
 * files, of budgets, of plans of sweeps and of settings files.
 */
export async function writeChipSchemas(folder) {
  const chip = JSON.parse(await readFile('server/engine/chips/chip.schema.json', 'utf8'));
  const system = JSON.parse(await readFile('server/engine/systems/system.schema.json', 'utf8'));
  const mapping = JSON.parse(await readFile('server/engine/mapping/pinned/mapping.schema.json', 'utf8'));
  const budget = JSON.parse(await readFile('server/engine/budgets/budget.schema.json', 'utf8'));
  const sweep = JSON.parse(await readFile('server/cli/sweep/plan.schema.json', 'utf8'));
  const shipped = await filesIn(chips);
  proposeChips(chip.properties.extends, shipped);
  proposeChips(system.properties.devices.items.properties.chip, shipped);
  proposeChips(mapping.properties.units.items.properties.chip, shipped);
  proposeChips(budget.properties.budgets.items.properties.chips.items, shipped);
  propose(
    budget.properties.budgets.items.properties.systems.items,
    await filesIn(systems),
    ({ name }) => name,
  );
  proposeChips(sweep.properties.chips.items, shipped);
  propose(sweep.properties.systems.items, await filesIn(systems), ({ name }) => name);
  propose(sweep.properties.runtimes.items, await filesIn(runtimes), ({ name }) => name);
  for (const [language, suffix] of [
    ['en', ''],
    ['ko', '.ko'],
  ]) {
    const texts = JSON.parse(await readFile(`l10n/${language}/schema.json`, 'utf8'));
    const said = inWords(chip, texts);
    await writeFile(`${folder}/chip.schema${suffix}.json`, JSON.stringify(said));
    const ofSystem = inWords({ ...system, definitions: chip.definitions }, texts);
    await writeFile(`${folder}/system.schema${suffix}.json`, JSON.stringify(ofSystem));
    await writeFile(`${folder}/mapping.schema${suffix}.json`, JSON.stringify(inWords(mapping, texts)));
    await writeFile(`${folder}/budget.schema${suffix}.json`, JSON.stringify(inWords(budget, texts)));
    await writeFile(`${folder}/sweep.schema${suffix}.json`, JSON.stringify(inWords(sweep, texts)));
    await writeFile(`${folder}/settings.schema${suffix}.json`, JSON.stringify(settingsSchema(said)));
  }
}

async function filesIn(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(`${folder}/${name}`, 'utf8'))));
}

/** The ids of the catalogue as completions; a chip of another file may be extended too. */
function proposeChips(schema, entries) {
  propose(schema, entries, ({ name, vendor }) => `${name} · ${vendor}`);
}

/** The ids of a catalogue as completions, each with what is said of it; anything else may be written too. */
function propose(schema, entries, describe) {
  const ids = entries.map(({ id }) => id);
  schema.anyOf = [{ enum: ids, enumDescriptions: entries.map(describe) }, { type: 'string' }];
}

/** The schema with `%key%` replaced by the text of the key. */
function inWords(value, texts) {
  if (typeof value === 'string') return value.replace(/^%(.+)%$/, (_place, key) => texts[key] ?? key);
  if (Array.isArray(value)) return value.map((item) => inWords(item, texts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inWords(item, texts)]));
}

/** An entry of the setting is a chip whose id is its name. Settings of a manifest can't refer to a file; this can. */
function settingsSchema({ $schema, definitions, ...chip }) {
  const { id, $schema: _ofChipFile, ...properties } = chip.properties;
  const entry = { ...chip, required: [], properties };
  const setting = { type: 'object', propertyNames: { pattern: id.pattern }, additionalProperties: entry };
  // Where chips are named their ids are offered.
  const named = { anyOf: properties.extends.anyOf };
  const settings = {
    'siliconlens.chips': { items: named },
    'siliconlens.customChips': setting,
    'siliconlens.host': named,
  };
  // In a workspace file the settings are one level further in.
  return { $schema, definitions, properties: { ...settings, settings: { properties: settings } } };
}
