import type { Bound } from '../server/engine/cost/types';

/** Colours of the current VS Code theme; read anew on every draw, because themes change under an open page. */
export function color(name: string, fallback = 'currentColor'): string {
  const value = getComputedStyle(document.body).getPropertyValue(`--vscode-${name}`).trim();
  return value || fallback;
}

const boundColors: Record<Bound, string> = {
  compute: 'charts-blue',
  memory: 'charts-orange',
  overhead: 'charts-purple',
  link: 'charts-green',
  none: 'charts-foreground',
  unknown: 'charts-foreground',
};

/** A bound is told by colour and by shape, since colour alone says nothing to many readers. */
export const boundShapes: Record<Bound, 'circle' | 'rect' | 'triangle' | 'rectRot' | 'cross'> = {
  compute: 'circle',
  memory: 'rect',
  overhead: 'triangle',
  link: 'rectRot',
  none: 'cross',
  unknown: 'cross',
};

export function boundColor(bound: Bound): string {
  return color(boundColors[bound], color('foreground'));
}

export const foreground = () => color('foreground', '#888');
/** Grid lines; in high contrast only the contrast border is drawn at all. */
export const gridColor = () => color('contrastBorder', color('panel-border', '#8884'));
export const highlightColor = () => color('focusBorder', foreground());
export const background = () => color('editor-background', 'transparent');

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
