import type { Palette } from './charts/picture';
import type { Paint } from './content/paint';

/** A colour of the current VS Code theme; read anew on every draw, because themes change under an open page. */
function themeColor(name: string, fallback: string): string {
  const value = getComputedStyle(document.body).getPropertyValue(`--vscode-${name}`).trim();
  return value || fallback;
}

/** Where a theme has no such colour, text and lines are drawn like everything else. */
export function color(paint: Paint): string {
  return themeColor(paint, themeColor('foreground', '#888'));
}

/** The colours of charts in the theme in force. */
export function palette(): Palette {
  return {
    color,
    grid: themeColor('contrastBorder', themeColor('panel-border', '#8884')),
    highlight: themeColor('focusBorder', color('foreground')),
    background: themeColor('editor-background', 'transparent'),
  };
}

/** Calls back when the theme changes or the page moves to a screen of another density. */
export function onAppearanceChange(redraw: () => void): void {
  new MutationObserver(redraw).observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-vscode-theme-id'],
  });
  const watchDensity = () => {
    const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener('change', () => (redraw(), watchDensity()), { once: true });
  };
  watchDensity();
}
