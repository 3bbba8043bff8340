// Words to tap: the order of tapping where that counts, as many as may be chosen, one's own words beside them; the browser's time zone.
// The inputs underneath post the same without any of it.
import { announce, mount, word } from './page';

function changed(input: HTMLElement): void {
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

mount('.om-picks', (root) => {
  const ordered = 'picksOrdered' in root.dataset;
  const most = Number(root.dataset.picksMost ?? Infinity);
  const boxes = () => [...root.querySelectorAll<HTMLInputElement>('input[type="checkbox"]')];
  const order = (box: HTMLInputElement) => box.closest('label')?.querySelector<HTMLInputElement>('[data-picks-order]') ?? null;

  const settle = () => {
    const chosen = boxes().filter((box) => box.checked);
    if (ordered) {
      // A newly chosen one has no place yet and goes last; the places of the others close up.
      chosen.sort((one, other) => (Number(order(one)?.value) || Infinity) - (Number(order(other)?.value) || Infinity));
      for (const box of boxes()) {
        const place = box.checked ? String(chosen.indexOf(box) + 1) : '';
        const input = order(box);
        const sign = box.closest('label')?.querySelector('[data-picks-place]');
        if (input) input.value = place;
        if (sign) sign.textContent = place;
      }
    }
    for (const box of boxes()) box.disabled = !box.checked && chosen.length >= most;
  };
  root.addEventListener('change', settle);
  settle();

  // One's own word becomes one more to tap.
  const own = root.parentElement?.querySelector<HTMLInputElement>(`#${CSS.escape(root.id)}_own`);
  const button = own?.parentElement?.querySelector<HTMLButtonElement>('[data-picks-add]');
  if (!own || !button) return;
  const name = own.name.replace(/-own$/, '');
  const add = () => {
    for (const text of own.value.split(',').map((part) => part.trim()).filter(Boolean)) {
      const known = boxes().find((box) => box.value.toLowerCase() === text.toLowerCase());
      if (known) {
        if (!known.disabled) known.checked = true;
        continue;
      }
      const last = root.lastElementChild?.cloneNode(true);
      if (!(last instanceof HTMLElement) || boxes().filter((box) => box.checked).length >= most) break;
      const id = `${root.id}_${boxes().length}`;
      for (const box of last.querySelectorAll<HTMLInputElement>('input[type="checkbox"]')) {
        Object.assign(box, { id, value: text, checked: true, disabled: false });
      }
      const label = last.querySelector('span');
      if (label) label.textContent = text;
      for (const part of last.querySelectorAll<HTMLInputElement | HTMLSelectElement>('[data-picks-order], select')) {
        part.name = `${name}${part instanceof HTMLSelectElement ? '-level-' : '-place-'}${text}`;
        part.value = '';
        part.setAttribute('aria-label', (part.getAttribute('aria-label') ?? '').replace(/\S+$/, text));
      }
      root.append(last);
      announce(`${word('tagAdded')} ${text}`);
    }
    own.value = '';
    settle();
    changed(root);
    own.focus();
  };
  button.addEventListener('click', () => own.value.trim() && add());
  own.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !own.value.trim()) return;
    event.preventDefault();
    add();
  });
});

mount('select[data-browser-zone]', (root) => {
  const select = root as HTMLSelectElement;
  if (select.value) return;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...select.options].some((option) => option.value === zone)) select.value = zone;
});
