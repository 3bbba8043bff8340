// htmx reads its settings from the meta element of the page; Alpine is the build that needs no eval.
import Alpine from '@alpinejs/csp';
import htmx from 'htmx.org';

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
Alpine.start();

export { htmx };
