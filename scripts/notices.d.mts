export function bundledPackages(metafiles: readonly { readonly inputs: object }[]): string[];
export function noticesOf(folders: readonly string[], root?: string): Promise<string>;
