import texts from '../l10n/en/schema.json';
import { chipSchema } from '../server/engine/chips/schema';
import { typesSource } from './schemaTypes';

/** Where the types of chip files stand. */
export const chipTypesFile = 'server/engine/chips/chipFacts.ts';

/** The text of that file; a test compares it with what is committed. */
export function chipTypesSource(): Promise<string> {
  return typesSource({
    schema: chipSchema,
    name: 'ChipFacts',
    definitions: [
      'chipClass',
      'place',
      'phase',
      'precision',
      'basis',
      'fullFigure',
      'source',
      'rates',
      'openRates',
      'shares',
      'memoryLevel',
      'computeUnits',
      'sustained',
      'hostLink',
      'interconnect',
      'calibration',
      'residualBin',
      'errorShares',
      'calibrationRecord',
    ],
    lists: { chipClass: 'chipClasses', precision: 'precisions' },
    exported: [
      'Calibration',
      'CalibrationRecord',
      'ChipClass',
      'ChipFacts',
      'Figure',
      'MemoryLevel',
      'Place',
      'Rates',
      'ResidualBin',
      'Source',
    ],
    head: [
      '/** What chip files say, in SI units. Written by scripts/chipsTypes.ts from chip.schema.json; do not edit. */',
    ],
    texts,
  });
}
