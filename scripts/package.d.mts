export function pack(): Promise<string>;
export function problemsOf(files: ReadonlyMap<string, Buffer>, size: number): string[];
export function filesOf(file: string): Promise<Map<string, Buffer>>;
