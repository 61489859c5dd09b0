import { vi } from 'vitest';
import type { FromWebview, ToWebview } from '../../../server/protocol';

type Child = Element | string;
interface Happening {
  readonly data?: unknown;
}

/** An element without layout: names, attributes, children and who listens. */
export class Element {
  children: Child[] = [];
  parent: Element | null = null;
  readonly attributes: Record<string, string> = {};
  readonly style: Record<string, string> = Object.defineProperty({}, 'setProperty', {
    value(this: Record<string, string>, name: string, value: string) {
      this[name] = value;
    },
  });
  value = '';
  checked = false;
  scrollTop = 0;
  readonly listeners = new Map<string, ((event: Happening) => void)[]>();
  readonly classList = {
    toggle: (name: string, isOn: boolean): void => {
      const others = this.className.split(' ').filter((one) => one !== name && one !== '');
      this.setAttribute('class', [...others, ...(isOn ? [name] : [])].join(' '));
    },
  };

  constructor(readonly tag: string) {}

  get className(): string {
    return this.attributes.class ?? '';
  }
  get childNodes(): readonly Child[] {
    return this.children;
  }
  setAttribute(name: string, value: string): void {
    this.attributes[name] = value;
    if (name === 'value') this.value = value;
    if (name === 'checked') this.checked = true;
  }
  removeAttribute(name: string): void {
    delete this.attributes[name];
  }
  append(...made: Child[]): void {
    for (const child of made) {
      if (typeof child !== 'string') {
        if (child.parent) child.parent.children = child.parent.children.filter((one) => one !== child);
        child.parent = this;
      }
      this.children.push(child);
    }
  }
  appendChild(child: Element): Element {
    this.append(child);
    return child;
  }
  replaceChildren(...made: Child[]): void {
    this.children = [];
    this.append(...made);
  }
  scrollTo(_left: number, top: number): void {
    this.scrollTop = top;
  }
  focus(): void {
    this.happens('focus');
  }
  addEventListener(name: string, listener: (event: Happening) => void): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }
  happens(name: string, event: Happening = {}): void {
    for (const listener of this.listeners.get(name) ?? []) listener(event);
  }

  get textContent(): string {
    return this.children.map((child) => (typeof child === 'string' ? child : child.textContent)).join('');
  }
  set textContent(said: string) {
    this.children = [said];
  }

  /** All elements below it that a test holds for, in the order of the page. */
  all(test: (element: Element) => boolean): Element[] {
    return this.children.flatMap((child) =>
      typeof child === 'string' ? [] : [...(test(child) ? [child] : []), ...child.all(test)],
    );
  }
  tagged(tag: string): Element[] {
    return this.all((one) => one.tag === tag);
  }
  classed(name: string): Element[] {
    return this.all((one) => one.className.split(' ').includes(name));
  }
  /** The one element with such an id. */
  byId(id: string): Element {
    const found = this.all((one) => one.attributes.id === id);
    if (found.length !== 1) throw new Error(`${found.length} elements are called ${id}`);
    return found[0]!;
  }
  /** Presses the one button that says so. */
  press(label: string): void {
    const found = this.tagged('button').filter((one) => one.textContent === label);
    if (found.length !== 1) throw new Error(`${found.length} buttons say ${label}`);
    found[0]!.happens('click');
  }
  /** Only what the pages ask for: tags within each other. */
  querySelectorAll(selector: string): Element[] {
    const [outer, inner] = selector.split(' ');
    return this.tagged(outer!).flatMap((one) => one.tagged(inner!));
  }
}

/** What was drawn last on a canvas. */
export class Drawing {
  static readonly all: Drawing[] = [];
  static readonly defaults: Record<string, unknown> = {};
  static register(): void {}
  isGone = false;
  constructor(
    readonly canvas: Element,
    readonly configuration: {
      readonly type: string;
      readonly options: {
        readonly onClick: (event: unknown, hits: readonly { datasetIndex: number; index: number }[]) => void;
      };
    },
  ) {
    Drawing.all.push(this);
  }
  destroy(): void {
    this.isGone = true;
  }
}

export interface Page {
  readonly app: Element;
  /** What stands in the page but its banner. */
  readonly main: () => Element;
  readonly banner: () => Element;
  /** What the page sent to its host. */
  readonly posted: FromWebview[];
  readonly remembered: () => unknown;
  send(message: ToWebview): void;
  changeTheme(): void;
  changeDensity(): void;
  readonly scrolled: Element;
}

/** Opens a page in a browser without layout, as its host has written it. Charts are drawn into `Drawing.all`. */
export async function openPage(
  name: 'panel' | 'report' | 'finder',
  before?: object,
  language = 'en',
): Promise<Page> {
  vi.resetModules();
  vi.doMock('chart.js', async (original) => ({ ...(await original<object>()), Chart: Drawing }));
  Drawing.all.length = 0;
  const app = new Element('div');
  app.attributes.id = 'app';
  app.append('Wait…');
  const [html, body, window] = ['html', 'body', 'window'].map((tag) => new Element(tag)) as [
    Element,
    Element,
    Element,
  ];
  const posted: FromWebview[] = [];
  const density: (() => void)[] = [];
  const themes: (() => void)[] = [];
  let state: unknown = before;
  vi.stubGlobal('document', {
    documentElement: { lang: language },
    scrollingElement: html,
    body,
    createElement: (tag: string) => new Element(tag),
    getElementById: (id: string) => (id === 'app' ? app : null),
  });
  vi.stubGlobal('window', Object.assign(window, { devicePixelRatio: 2 }));
  vi.stubGlobal('getComputedStyle', () => ({ getPropertyValue: (key: string) => ` ${key} ` }));
  vi.stubGlobal(
    'MutationObserver',
    class {
      constructor(private readonly changed: () => void) {}
      observe(observed: unknown): void {
        if (observed === body) themes.push(this.changed);
      }
    },
  );
  vi.stubGlobal('matchMedia', (query: string) => ({
    addEventListener: (_name: string, changed: () => void) => {
      if (query === '(resolution: 2dppx)') density.push(changed);
    },
  }));
  vi.stubGlobal('acquireVsCodeApi', () => ({
    postMessage: (message: FromWebview) => posted.push(message),
    getState: () => state,
    setState: (next: unknown) => (state = next),
  }));
  const pages = {
    panel: () => import('../../../webview/panel'),
    report: () => import('../../../webview/report'),
    finder: () => import('../../../webview/finder'),
  };
  await pages[name]();
  const send = (data: ToWebview): void => window.happens('message', { data });
  return {
    app,
    main: () => app.tagged('main')[0]!,
    banner: () => app.classed('banner')[0]!,
    posted,
    remembered: () => state,
    send,
    changeTheme: () => themes.forEach((changed) => changed()),
    changeDensity: () => density.pop()?.(),
    scrolled: html,
  };
}
