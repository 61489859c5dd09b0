import { budgetFeature } from './budgets/feature';
import { customRequestsFeature } from './customRequests';
import { colourFeature } from './colourFeature';
import type { Feature } from './feature';
import { hintFeature } from './hintFeature';
import { hoverFeature } from './hoverFeature';
import { inputsFeature } from './inputs';
import { lensFeature } from './lensFeature';
import {
  definitionFeature,
  foldingFeature,
  highlightFeature,
  referencesFeature,
  symbolsFeature,
} from './navigationFeatures';
import { problemsFeature } from './problems';
import { profilesFeature } from './profiles';
import {
  completionFeature,
  fixFeature,
  formattingFeature,
  renameFeature,
  signatureFeature,
} from './textFeatures';
import {
  ownFilesFeature,
  documentsFeature,
  foldersFeature,
  settingsFeature,
  withheldFeature,
} from './workspaceFeatures';

/** Everything that the server does, in no order that matters. */
export const features: readonly Feature[] = [
  documentsFeature,
  settingsFeature,
  foldersFeature,
  ownFilesFeature,
  budgetFeature,
  hoverFeature,
  hintFeature,
  lensFeature,
  problemsFeature,
  symbolsFeature,
  foldingFeature,
  definitionFeature,
  referencesFeature,
  highlightFeature,
  completionFeature,
  signatureFeature,
  fixFeature,
  formattingFeature,
  renameFeature,
  colourFeature,
  customRequestsFeature,
  profilesFeature,
  inputsFeature,
  withheldFeature,
];
