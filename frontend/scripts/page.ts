// What all modules share: running on what is on the page and on what htmx brings later, the page's own words, announcements.
import { htmx } from './libraries';

type Visit = (root: HTMLElement) => void;

/** Runs `start` once for each element that matches, now and whenever htmx brings new ones. */
export function mount(selector: string, start: Visit): void {
  const started = new WeakSet<Element>();
  htmx.onLoad((part) => {
    const found = part instanceof Element ? [...(part.matches(selector) ? [part] : []), ...part.querySelectorAll(selector)] : [];
    for (const element of found) {
      if (started.has(element) || !(element instanceof HTMLElement)) continue;
      started.add(element);
      start(element);
    }
  });
}

/** A text of the page, in the reader's language. */
export function word(name: string): string {
  return document.getElementById('words')?.dataset[name] ?? '';
}

let clearing = 0;

/** Says something to screen readers. */
export function announce(text: string): void {
  const place = document.getElementById('announcer');
  if (!place) return;
  // The same text twice is said twice only if the element was empty between.
  place.textContent = '';
  window.clearTimeout(clearing);
  clearing = window.setTimeout(() => (place.textContent = text), 60);
}

/** The CSRF token of this page, for requests that we send ourselves. */
export function token(): string {
  const field = document.querySelector<HTMLInputElement>('input[name="csrfmiddlewaretoken"]');
  if (field) return field.value;
  const headers = document.body.getAttribute('hx-headers');
  return headers ? String((JSON.parse(headers) as Record<string, unknown>)['X-CSRFToken'] ?? '') : '';
}

export function isRightToLeft(): boolean {
  return document.documentElement.dir === 'rtl';
}
