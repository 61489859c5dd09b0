import problems from '../../l10n/en/problems.json';

/** English texts by problem code. */
export const en: Readonly<Record<string, string>> = problems;
