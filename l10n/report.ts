import { messageFrom } from './messages';
import en from './en/report.json';
import ko from './ko/report.json';

export type ReportKey = keyof typeof en;

/** What printed reports say, of the command line and of the editor. */
export const reportMessage = messageFrom(en, ko);
