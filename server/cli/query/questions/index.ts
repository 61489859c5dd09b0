import { best, costliest, pareto } from './chips';
import { errors, offloaded, unknown } from './gaps';
import type { Question } from './question';
import { regressions } from './regressions';
import { precisions, sizes, unfit } from './workloads';

/** What `siliconlens query --ask` answers. */
export const questions = {
  best,
  pareto,
  regressions,
  offloaded,
  unfit,
  sizes,
  precisions,
  costliest,
  unknown,
  errors,
} as const satisfies Readonly<Record<string, Question>>;

export type QuestionName = keyof typeof questions;
export const questionNames = Object.keys(questions) as QuestionName[];
