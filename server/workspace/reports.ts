import type { Report } from '../engine/report/types';
import type { Language } from '../../l10n/messages';
import type { Analysis } from './analysis';

/** The whole report of an analysis, made when someone asks for it. */
export function reportOf(_analysis: Analysis, _language: Language): Report | null {
  return null;
}
