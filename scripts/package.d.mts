export function pack(): Promise<string>;
export function problemsOf(file: string): Promise<string[]>;
export function entriesOf(file: string): Promise<string[]>;
