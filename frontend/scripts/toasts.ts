// Toasts: those that the page came with, those that htmx answers bring, and ours about the connection.
import { htmx } from './libraries';
import { mount, word } from './page';

const SECONDS = 7;

interface Toast {
  tone: string;
  text: string;
}

export function toast({ tone, text }: Toast): void {
  const place = document.getElementById('toasts');
  const template = document.querySelector<HTMLTemplateElement>('#toast-template');
  const made = template?.content.firstElementChild?.cloneNode(true);
  if (!place || !(made instanceof HTMLElement)) return;
  made.dataset.tone = tone;
  const grave = tone === 'danger' || tone === 'warning';
  if (grave) made.setAttribute('role', 'alert');
  else made.dataset.fades = '';
  const paragraph = made.querySelector('p');
  if (paragraph) paragraph.textContent = text;
  place.append(made);
  htmx.process(made);
  start(made);
}

const started = new WeakSet<Element>();

function start(element: HTMLElement): void {
  if (started.has(element)) return;
  started.add(element);
  element.addEventListener('click', (event) => {
    if ((event.target as Element).closest('[data-dismiss]')) element.remove();
  });
  if (!('fades' in element.dataset)) return; // what went wrong stays until it is closed
  let timer = 0;
  const wait = () => (timer = window.setTimeout(() => element.remove(), SECONDS * 1000));
  const stop = () => window.clearTimeout(timer);
  // Moving over it keeps it; one that appears under a pointer at rest goes by itself, or it would cover what lies below for ever.
  element.addEventListener('pointermove', stop);
  element.addEventListener('pointerleave', () => {
    stop();
    wait();
  });
  element.addEventListener('focusin', stop);
  element.addEventListener('focusout', wait);
  wait();
}

mount('.om-toast', start);

document.addEventListener('toasts', (event) => {
  for (const item of ((event as CustomEvent<{ items?: Toast[] }>).detail.items ?? [])) toast(item);
});

// Who was signed out meanwhile is sent to the sign-in page: it has no business inside a fragment.
let toldOfSession = false;
document.addEventListener('htmx:beforeSwap', (event) => {
  const detail = (event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean }>).detail;
  const login = word('login');
  if (!login || !detail.xhr.responseURL || new URL(detail.xhr.responseURL).pathname !== login || location.pathname === login) return;
  detail.shouldSwap = false;
  signedOut();
});

export function signedOut(): void {
  if (!toldOfSession) toast({ tone: 'warning', text: word('session') });
  toldOfSession = true;
}

document.addEventListener('htmx:sendError', () => toast({ tone: 'danger', text: word('offline') }));
document.addEventListener('htmx:responseError', (event) => {
  const status = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail.xhr.status;
  toast({ tone: 'danger', text: status === 401 ? word('session') : word('failed') });
});
