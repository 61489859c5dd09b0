import texts from '../l10n/en/schema.json';
import baselineSchema from '../server/engine/budgets/baseline.schema.json';
import budgetSchema from '../server/engine/budgets/budget.schema.json';
import { chipSchema } from '../server/engine/chips/schema';
import mappingSchema from '../server/engine/mapping/pinned/mapping.schema.json';
import networkSchema from '../server/engine/systems/network.schema.json';
import systemSchema from '../server/engine/systems/system.schema.json';
import sweepSchema from '../server/cli/sweep/plan.schema.json';
import type { TypesRequest } from './schemaTypes';

/** The types that are written from schemas; a test compares them with what is committed. */
export const typedSchemas: readonly TypesRequest[] = [
  {
    file: 'server/engine/chips/chipFacts.ts',
    schema: chipSchema,
    name: 'ChipFacts',
    definitions: [
      'chipClass',
      'place',
      'machine',
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
      'Machine',
      'Place',
      'Rates',
      'ResidualBin',
      'Source',
    ],
    head: [
      '/** What chip files say, in SI units. Written by scripts/factTypes.ts from chip.schema.json; do not edit. */',
    ],
    texts,
  },
  {
    file: 'server/engine/systems/systemFacts.ts',
    schema: systemSchema,
    name: 'System',
    definitions: [],
    exported: ['System'],
    head: [
      '/** What system files say, in SI units. Written by scripts/factTypes.ts from system.schema.json; do not edit. */',
      "import type { Figure, Place, Source } from '../chips/chip';",
    ],
    texts,
  },
  {
    file: 'server/engine/systems/networkFacts.ts',
    schema: networkSchema,
    name: 'NetworkFacts',
    definitions: [],
    exported: ['NetworkFacts'],
    head: [
      '/** What network files say, in SI units. Written by scripts/factTypes.ts from network.schema.json; do not edit. */',
      "import type { Figure, Source } from '../chips/chip';",
    ],
    texts,
  },
  {
    file: 'server/engine/mapping/pinned/mappingFacts.ts',
    schema: mappingSchema,
    name: 'MappingFile',
    definitions: [],
    exported: ['MappingFile'],
    head: [
      '/** What mapping files say. Written by scripts/factTypes.ts from mapping.schema.json; do not edit. */',
    ],
    texts,
  },
  {
    file: 'server/engine/budgets/budgetFacts.ts',
    schema: budgetSchema,
    name: 'BudgetFile',
    definitions: [],
    exported: ['BudgetFile'],
    head: [
      '/** What budget files say. Written by scripts/factTypes.ts from budget.schema.json; do not edit. */',
    ],
    texts,
  },
  {
    file: 'server/engine/budgets/baselineFacts.ts',
    schema: baselineSchema,
    name: 'BaselineFile',
    definitions: [],
    exported: ['BaselineFile'],
    head: [
      '/** What baseline files say. Written by scripts/factTypes.ts from baseline.schema.json; do not edit. */',
    ],
    texts,
  },
  {
    file: 'server/cli/sweep/planFacts.ts',
    schema: sweepSchema,
    name: 'PlanFile',
    definitions: [],
    exported: ['PlanFile'],
    head: [
      '/** What plans of sweeps say. Written by scripts/factTypes.ts from plan.schema.json; do not edit. */',
    ],
    texts,
  },
];
