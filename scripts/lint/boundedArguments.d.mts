import type { Rule } from 'eslint';

export declare const boundedArguments: Rule.RuleModule;
