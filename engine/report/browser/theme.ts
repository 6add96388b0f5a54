/** The page's colours, read from its style sheet whenever light and dark change places. */

let styles: CSSStyleDeclaration | undefined;

export function colour(name: string): string {
  styles ??= getComputedStyle(document.documentElement);
  return styles.getPropertyValue(`--${name}`).trim();
}

/** Calls back when the colours are others. Paper has the light ones. */
export function onTheme(changed: () => void): void {
  const renew = (forced?: string): void => {
    if (forced === undefined) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = forced;
    styles = undefined;
    changed();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => renew());
  addEventListener("beforeprint", () => renew("light"));
  addEventListener("afterprint", () => renew());
}

export const FONT = '12px system-ui, -apple-system, "Segoe UI", sans-serif';

export const isNarrow = (): boolean => document.documentElement.clientWidth < 600;
