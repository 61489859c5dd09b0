/**
 * Configurations that others published (the `config.json` beside the weights on Hugging Face), by the fields that sizes
 * follow from. `parameters` is what transformers 5.24 builds from the same fields (test/conformance/lower/published.py),
 * and agrees with the counts on the models' cards; `cacheBytes` is arithmetic: layers x 2 x key heads x head size x 2 bytes for
 * one token, or layers x (rank + rotated part) x 2 bytes of latent rows.
 */
import table from '../../conformance/lower/published.json';

interface Published {
  readonly name: string;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly parameters: number;
  readonly cacheBytes: number | null;
}

export const published = table.models as unknown as readonly Published[];

/** The configuration of one of them, by name. */
export function publishedConfiguration(name: string): Published['configuration'] {
  const found = published.find((one) => one.name === name);
  if (!found) throw new Error(`No configuration of ${name}`);
  return found.configuration;
}
