export interface TestBrowser {
  readonly executablePath: string;
  readonly args: readonly string[];
  /** What its process needs beside the present environment. */
  readonly env: Readonly<Record<string, string>>;
}
export function bringBrowser(say?: (line: string) => void): Promise<TestBrowser>;
export function findBrowser(): string | null;
