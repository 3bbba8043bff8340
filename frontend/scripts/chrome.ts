// The frame: theme, menus, dialogs, copying, the summary of errors.
import { announce, mount, word } from './page';

// Theme: kept in a cookie, so that the server draws the next page right from its first byte.
document.addEventListener('click', (event) => {
  const button = (event.target as Element).closest<HTMLElement>('[data-set-theme]');
  if (!button) return;
  const theme = button.dataset.setTheme ?? '';
  if (theme) document.documentElement.dataset.bsTheme = theme;
  else delete document.documentElement.dataset.bsTheme;
  document.cookie = `theme=${theme}; path=/; max-age=${theme ? 31536000 : 0}; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`;
  for (const other of document.querySelectorAll<HTMLElement>('[data-set-theme]')) {
    other.setAttribute('aria-pressed', String((other.dataset.setTheme ?? '') === theme));
  }
});

// Menus: details elements that close when one goes elsewhere.
document.addEventListener('click', (event) => {
  for (const open of document.querySelectorAll<HTMLDetailsElement>('details:is([data-menu], .om-several)[open]')) {
    if (!open.contains(event.target as Node)) open.open = false;
  }
});

mount('details[data-menu]', (root) => {
  const menu = root as HTMLDetailsElement;
  const entries = () => [...menu.querySelectorAll<HTMLElement>('.om-menu-list :is(a[href], button:not([disabled]))')].filter((item) => item.offsetParent);
  menu.addEventListener('focusout', (event) => {
    if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  menu.addEventListener('keydown', (event) => {
    const items = entries();
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'Escape' && menu.open) {
      menu.open = false;
      menu.querySelector('summary')?.focus();
      event.stopPropagation();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      menu.open = true;
      const step = event.key === 'ArrowDown' ? 1 : -1;
      const all = items.length ? items : entries();
      all[(at + step + all.length) % all.length]?.focus();
    } else if (event.key === 'Home' || event.key === 'End') {
      if (at < 0) return;
      event.preventDefault();
      items.at(event.key === 'Home' ? 0 : -1)?.focus();
    }
  });
});

// Dialogs: data-dialog opens one by its id, data-close and a click beside it close it.
document.addEventListener('click', (event) => {
  const target = event.target as Element;
  const opener = target.closest<HTMLElement>('[data-dialog]');
  if (opener && !(event as MouseEvent).ctrlKey && !(event as MouseEvent).metaKey) {
    const dialog = document.getElementById(opener.dataset.dialog ?? '');
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  if (target.closest('[data-close]')) target.closest('dialog')?.close();
  else if (target instanceof HTMLDialogElement && target.open) {
    const { left, right, top, bottom } = target.getBoundingClientRect();
    const { clientX: x, clientY: y } = event as MouseEvent;
    if ((x || y) && (x < left || x > right || y < top || y > bottom)) target.close();
  }
});

document.addEventListener('htmx:afterRequest', (event) => {
  const { elt, successful } = (event as CustomEvent<{ elt: Element; successful: boolean }>).detail;
  const dialog = elt.closest('dialog');
  if (successful && dialog?.open && elt.matches('form.om-confirm')) dialog.close();
});

// hx-confirm asks in our dialog instead of the browser's.
document.addEventListener('htmx:confirm', (event) => {
  const { question, issueRequest } = (event as CustomEvent<{ question: string | null; issueRequest(skip: boolean): void }>).detail;
  const dialog = document.getElementById('confirm-dialog');
  if (!question || !(dialog instanceof HTMLDialogElement)) return;
  event.preventDefault();
  const title = dialog.querySelector('h2');
  if (title) title.textContent = question;
  dialog.returnValue = '';
  dialog.addEventListener('close', () => dialog.returnValue === 'yes' && issueRequest(true), { once: true });
  dialog.showModal();
});

// Copying
document.addEventListener('click', (event) => {
  const button = (event.target as Element).closest<HTMLElement>('[data-copy]');
  if (!button) return;
  const text = button.dataset.copy ?? '';
  const said = () => {
    const label = button.querySelector('span');
    const before = label?.textContent ?? '';
    announce(word('copied'));
    if (!label || button.dataset.copied) return;
    button.dataset.copied = 'yes';
    label.textContent = word('copied');
    window.setTimeout(() => {
      label.textContent = before;
      delete button.dataset.copied;
    }, 2000);
  };
  // Without https there is no clipboard; then the text is marked for the reader to copy.
  const mark = () => {
    const code = button.parentElement?.querySelector('code');
    if (code) getSelection()?.selectAllChildren(code);
  };
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(said, mark);
  else mark();
});

// A form that came back with errors: the reader starts at the summary.
mount('[data-error-summary]', (summary) => summary.focus());
document.addEventListener('click', (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>('[data-error-summary] a[href^="#"]');
  const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  field.scrollIntoView({ block: 'center' });
  field.focus({ preventScroll: true });
});

// Choosing rows: <input type="checkbox" data-select-all="person"> ticks all boxes of that name in its form; [data-selected-count] counts.
document.addEventListener('change', (event) => {
  const box = event.target as HTMLInputElement;
  const scope: ParentNode = box.closest('form') ?? document;
  if (box.dataset.selectAll) {
    for (const other of scope.querySelectorAll<HTMLInputElement>(`input[type="checkbox"][name="${CSS.escape(box.dataset.selectAll)}"]`)) {
      if (!other.disabled) other.checked = box.checked;
    }
  }
  const all = box.dataset.selectAll ? box : scope.querySelector<HTMLInputElement>(`input[data-select-all="${CSS.escape(box.name)}"]`);
  if (!all) return;
  const boxes = [...scope.querySelectorAll<HTMLInputElement>(`input[type="checkbox"][name="${CSS.escape(all.dataset.selectAll ?? '')}"]`)];
  const chosen = boxes.filter((other) => other.checked).length;
  all.checked = chosen > 0 && chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
  for (const count of scope.querySelectorAll('[data-selected-count]')) count.textContent = String(chosen);
});

// A form posted the plain way is sent once, however often one clicks.
document.addEventListener('submit', (event) => {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || form.method !== 'post' || form.closest('[hx-post]') === form) return;
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = 'yes';
});
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-sent]')) delete form.dataset.sent;
});

// Of tabs that are wider than the screen, the one that one is on stands in the middle.
mount('.om-tabs', (tabs) => {
  const here = tabs.querySelector<HTMLElement>('[aria-current]');
  if (here) tabs.scrollLeft = here.offsetLeft - (tabs.clientWidth - here.offsetWidth) / 2;
});

// A browser makes no passkey for an address of numbers: better said than a button on which nothing happens.
mount('[data-passkey]', (button) => {
  if ('PublicKeyCredential' in window && !/^[\d.]+$|:/.test(location.hostname)) return;
  (button as HTMLButtonElement).disabled = true;
  const why = document.createElement('p');
  why.className = 'om-quiet mb-0';
  why.textContent = button.dataset.passkey ?? '';
  button.after(why);
});
