const compiled = new Map<string, RegExp>();

/**
 * Glob match in VS Code's dialect: `*`, `**`, `?`, `{a,b}`, `[a-z]`, `[!a]`. A pattern without `/` matches the file
 * name in any folder.
 */
export function matchesGlob(glob: string, path: string): boolean {
  let pattern = compiled.get(glob);
  if (!pattern) {
    // Patterns come from settings, which a user edits: without a bound each keystroke would stay for ever.
    if (compiled.size > 500) compiled.clear();
    compiled.set(glob, (pattern = toPattern(glob)));
  }
  return pattern.test(glob.includes('/') ? path : path.slice(path.lastIndexOf('/') + 1));
}

function toPattern(glob: string): RegExp {
  let source = '';
  let depth = 0;
  for (let i = 0; i < glob.length; i++) {
    const c = glob[i] as string;
    if (c === '*' && glob[i + 1] === '*') {
      const folders = glob[i + 2] === '/' && (i === 0 || glob[i - 1] === '/');
      source += folders ? '(?:[^/]*/)*' : '.*';
      i += folders ? 2 : 1;
    } else if (c === '*') source += '[^/]*';
    else if (c === '?') source += '[^/]';
    else if (c === '[' && glob.indexOf(']', i + 2) > 0) {
      const end = glob.indexOf(']', i + 2);
      const set = glob
        .slice(i + 1, end)
        .replace(/\\/g, '\\\\')
        .replace(/\[/g, '\\[');
      source += /^[!^]/.test(set) ? `[^/${set.slice(1)}]` : `[${set}]`;
      i = end;
    } else if (c === '{' && glob.indexOf('}', i) > 0) {
      source += '(?:';
      depth++;
    } else if (c === '}' && depth > 0) {
      source += ')';
      depth--;
    } else if (c === ',' && depth > 0) source += '|';
    else source += c.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`, 'u');
  } catch {
    // A range such as [z-a]: matches nothing rather than failing everything.
    return /^(?!)/;
  }
}
