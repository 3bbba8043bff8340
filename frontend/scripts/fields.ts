// Inputs that are more than one text field: hours of a week, tags, languages with levels, ranked lists, files.
// Each keeps the plain field underneath up to date, so that what is posted is the same with and without scripts.
import { announce, isRightToLeft, mount, word } from './page';

function changed(input: HTMLElement): void {
  input.dispatchEvent(new Event('input', { bubbles: true }));
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

// ---- Hours of a week: "Mon 09:00-11:00;Wed 14:00-16:00"

const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`;

mount('[data-week]', (root) => {
  const input = root.querySelector('input');
  const plain = root.querySelector<HTMLElement>('.om-week-plain');
  const grid = root.querySelector<HTMLElement>('[data-week-grid]');
  const sum = root.querySelector<HTMLElement>('[data-week-sum]');
  if (!input || !plain || !grid || !sum) return;
  const cells = [...grid.querySelectorAll<HTMLButtonElement>('button[data-day]')];
  const width = new Set(cells.map((cell) => cell.dataset.hour)).size;
  const first = Number(cells[0]?.dataset.hour);
  const days = [...new Set(cells.map((cell) => cell.dataset.day ?? ''))];

  // What the grid can't show (half hours, the night) stays as it was written.
  const kept: string[] = [];
  for (const part of input.value.split(';').map((piece) => piece.trim()).filter(Boolean)) {
    const found = /^(\w{3}) (\d\d):00-(\d\d):00$/.exec(part);
    const day = found ? days.indexOf(found[1] ?? '') : -1;
    const from = Number(found?.[2]);
    const to = Number(found?.[3]);
    if (day < 0 || from < first || to > first + width || from >= to) kept.push(part);
    else for (let hour = from; hour < to; hour++) cells[day * width + hour - first]?.setAttribute('aria-pressed', 'true');
  }
  const pressed = (cell?: HTMLButtonElement) => cell?.getAttribute('aria-pressed') === 'true';

  const write = (tell: boolean) => {
    const parts: string[] = [];
    days.forEach((day, row) => {
      for (let column = 0; column < width; column++) {
        if (!pressed(cells[row * width + column])) continue;
        const from = column;
        while (column < width && pressed(cells[row * width + column])) column++;
        parts.push(`${day} ${clock(first + from)}-${clock(first + column)}`);
      }
    });
    const hours = cells.filter((cell) => pressed(cell)).length;
    sum.textContent = `${hours} ${word('selectedHours')}${kept.length ? ` + ${kept.join('; ')}` : ''}`;
    const value = [...parts, ...kept].join(';');
    if (value === input.value) return;
    input.value = value;
    if (tell) changed(input);
  };

  let at = 0;
  const go = (to: number) => {
    cells[at]?.setAttribute('tabindex', '-1');
    at = Math.min(Math.max(to, 0), cells.length - 1);
    cells[at]?.setAttribute('tabindex', '0');
    cells[at]?.focus();
  };
  cells[0]?.setAttribute('tabindex', '0');

  grid.addEventListener('keydown', (event) => {
    const row = Math.floor(at / width);
    const hour = (step: number) => Math.min(Math.max(at + step, row * width), row * width + width - 1);
    const day = (step: number) => (at + step * width >= 0 && at + step * width < cells.length ? at + step * width : at);
    // On a narrow screen the days stand beside one another: down is later, sideways another day.
    const turned = getComputedStyle(cells[0]?.closest('tbody') ?? grid).display === 'flex';
    const onward = isRightToLeft() ? -1 : 1;
    const moves: Record<string, number> = {
      ArrowRight: turned ? day(onward) : hour(onward),
      ArrowLeft: turned ? day(-onward) : hour(-onward),
      ArrowDown: turned ? hour(1) : day(1),
      ArrowUp: turned ? hour(-1) : day(-1),
      Home: row * width,
      End: row * width + width - 1,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    // With Shift, what one passes is chosen as well.
    if (event.shiftKey) {
      const on = pressed(cells[at]);
      cells[to]?.setAttribute('aria-pressed', String(on));
      write(true);
    }
    go(to);
  });

  // A drag paints what the first cell became; a touch that scrolls is left alone.
  let paint: boolean | null = null;
  let touched: HTMLButtonElement | null = null;
  const set = (cell: HTMLButtonElement, on: boolean) => {
    if (pressed(cell) !== on) cell.setAttribute('aria-pressed', String(on));
  };
  grid.addEventListener('pointerdown', (event) => {
    const cell = (event.target as Element).closest<HTMLButtonElement>('button[data-day]');
    if (!cell || event.button !== 0 || event.pointerType === 'touch') return;
    paint = !pressed(cell);
    touched = cell;
    set(cell, paint);
    at = cells.indexOf(cell);
  });
  grid.addEventListener('pointerover', (event) => {
    const cell = (event.target as Element).closest<HTMLButtonElement>('button[data-day]');
    if (paint !== null && cell) set(cell, paint);
  });
  window.addEventListener('pointerup', () => {
    if (paint === null) return;
    paint = null;
    write(true);
  });
  grid.addEventListener('click', (event) => {
    const cell = (event.target as Element).closest<HTMLButtonElement>('button[data-day]');
    if (!cell) return;
    if (touched === cell) {
      touched = null; // the pointer has set it already
      return;
    }
    touched = null;
    set(cell, !pressed(cell));
    go(cells.indexOf(cell));
    write(true);
  });

  plain.hidden = true;
  grid.hidden = false;
  write(false);
});

// ---- Tags: "Python, SQL"

mount('[data-tags]', (root) => {
  const input = root.querySelector('input');
  if (!input) return;
  const closed = 'closed' in root.dataset;
  const most = Number(root.dataset.most ?? Infinity);
  const suggestions = [...root.querySelectorAll('datalist option')].map((option) => (option as HTMLOptionElement).value);
  const known = new Map(suggestions.map((name) => [name.toLowerCase(), name]));

  const box = document.createElement('div');
  box.className = 'om-tags';
  const list = document.createElement('ul');
  const writer = document.createElement('input');
  writer.type = 'text';
  writer.id = `${input.id}-writer`;
  writer.autocomplete = 'off';
  for (const name of ['aria-describedby', 'aria-invalid', 'placeholder']) {
    const value = input.getAttribute(name);
    if (value) writer.setAttribute(name, value);
  }
  const data = root.querySelector('datalist');
  if (data) writer.setAttribute('list', data.id);
  box.append(list, writer);
  const label = document.querySelector<HTMLLabelElement>(`label[for="${CSS.escape(input.id)}"]`);
  if (label) {
    label.htmlFor = writer.id;
    list.setAttribute('aria-label', label.textContent?.trim() ?? '');
  }

  let tags = [...new Set(input.value.split(',').map((text) => text.trim()).filter(Boolean))];
  const icon = document.querySelector('#toast-template') as HTMLTemplateElement | null;
  const cross = icon?.content.querySelector('[data-dismiss] svg');

  const draw = () => {
    list.replaceChildren(
      ...tags.map((tag) => {
        const item = document.createElement('li');
        item.className = 'om-chip om-chip-accent';
        item.append(tag);
        const remove = document.createElement('button');
        remove.type = 'button';
        remove.setAttribute('aria-label', `${word('remove')} ${tag}`);
        remove.append(cross?.cloneNode(true) ?? '×');
        remove.addEventListener('click', () => take(tag));
        item.append(remove);
        return item;
      }),
    );
    writer.disabled = tags.length >= most;
  };
  const keep = () => {
    input.value = tags.join(', ');
    draw();
    changed(input);
  };
  const add = (text: string) => {
    for (const raw of text.split(',')) {
      const name = known.get(raw.trim().toLowerCase()) ?? raw.trim();
      const unknown = closed && !known.has(name.toLowerCase());
      if (!name || unknown || tags.length >= most || tags.some((tag) => tag.toLowerCase() === name.toLowerCase())) continue;
      tags = [...tags, name];
      announce(`${word('tagAdded')} ${name}`);
    }
    writer.value = '';
    keep();
  };
  const take = (tag: string) => {
    tags = tags.filter((other) => other !== tag);
    announce(`${word('tagRemoved')} ${tag}`);
    keep();
    writer.focus();
  };
  writer.addEventListener('keydown', (event) => {
    if ((event.key === 'Enter' || event.key === ',') && writer.value.trim()) {
      event.preventDefault();
      add(writer.value);
    } else if (event.key === 'Backspace' && !writer.value && tags.length) take(tags.at(-1) ?? '');
  });
  writer.addEventListener('input', (event) => {
    event.stopPropagation(); // what is being written is no answer yet
    const chosen = !(event as InputEvent).inputType || (event as InputEvent).inputType === 'insertReplacementText';
    if (chosen && known.has(writer.value.trim().toLowerCase())) add(writer.value);
  });
  writer.addEventListener('change', (event) => {
    event.stopPropagation();
    if (writer.value.trim()) add(writer.value);
  });
  box.addEventListener('click', (event) => {
    if (event.target === box) writer.focus();
  });
  input.type = 'hidden';
  input.removeAttribute('list');
  root.prepend(box);
  // A link of the error summary leads to the hidden field; the reader wants the visible one.
  input.focus = () => writer.focus();
  draw();
});

// ---- Languages with levels: "en:C2; de:B1"

mount('[data-languages]', (root) => {
  const input = root.querySelector('input');
  const rows = root.querySelector<HTMLElement>('[data-languages-rows]');
  const plus = root.querySelector<HTMLElement>('[data-languages-add]');
  const template = root.querySelector('template');
  const plain = root.querySelector<HTMLElement>('.om-languages-plain');
  if (!input || !rows || !plus || !template || !plain) return;
  const part = (row: Element, name: string) => row.querySelector<HTMLSelectElement>(`[data-part="${name}"]`);

  const write = () => {
    const seen = new Set<string>();
    const value = [...rows.children]
      .map((row) => [part(row, 'language')?.value ?? '', part(row, 'level')?.value ?? ''] as const)
      .filter(([language]) => language && !seen.has(language) && seen.add(language))
      .map(([language, level]) => `${language}:${level}`)
      .join('; ');
    if (value === input.value) return;
    input.value = value;
    changed(input);
  };
  const add = (language = '', level = 'B2') => {
    const row = template.content.firstElementChild?.cloneNode(true);
    if (!(row instanceof HTMLElement)) return null;
    const languages = part(row, 'language');
    const levels = part(row, 'level');
    // A language that the list does not know is kept.
    if (languages && language && ![...languages.options].some((option) => option.value === language)) languages.append(new Option(language, language));
    if (languages) languages.value = language;
    if (levels) levels.value = level;
    rows.append(row);
    return row;
  };
  for (const piece of input.value.split(';').map((text) => text.trim()).filter(Boolean)) {
    const [language = '', level = 'B2'] = piece.split(':').map((text) => text.trim());
    add(language, level);
  }
  if (!rows.children.length) add();
  rows.addEventListener('change', (event) => {
    event.stopPropagation();
    write();
  });
  rows.addEventListener('input', (event) => event.stopPropagation());
  rows.addEventListener('click', (event) => {
    const button = (event.target as Element).closest('[data-remove]');
    if (!button) return;
    button.closest('.om-row-inputs')?.remove();
    if (!rows.children.length) add();
    write();
    (rows.lastElementChild && part(rows.lastElementChild, 'language'))?.focus();
  });
  plus.addEventListener('click', () => {
    const row = add();
    if (row) part(row, 'language')?.focus();
  });
  plain.hidden = true;
  rows.hidden = false;
  plus.hidden = false;
  const label = document.querySelector<HTMLLabelElement>(`label[for="${CSS.escape(input.id)}"]`);
  if (label) {
    // The label names the group of rows now.
    label.id ||= `${input.id}-label`;
    root.setAttribute('role', 'group');
    root.setAttribute('aria-labelledby', label.id);
    label.addEventListener('click', () => (rows.firstElementChild && part(rows.firstElementChild, 'language'))?.focus());
  }
});

// ---- Ranked lists: buttons, drag; the place numbers below follow

mount('[data-ranked]', (list) => {
  const items = () => [...list.children] as HTMLElement[];
  const settle = (moved?: HTMLElement) => {
    items().forEach((item, index) => {
      const place = item.querySelector<HTMLInputElement>('input[type="number"]');
      if (place) place.value = String(index + 1);
    });
    if (!moved) return;
    announce(`${moved.querySelector('.om-ranked-label')?.textContent?.trim() ?? ''}: ${word('rank')} ${items().indexOf(moved) + 1}`);
    const hidden = moved.querySelector<HTMLInputElement>('input[type="hidden"]');
    if (hidden) changed(hidden);
  };
  list.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLElement>('[data-rank]');
    const item = button?.closest<HTMLElement>('li');
    if (!button || !item) return;
    if (button.dataset.rank === 'up') item.previousElementSibling?.before(item);
    else item.nextElementSibling?.after(item);
    settle(item);
    // At the end of the list the button used is gone; its sibling takes over.
    if (getComputedStyle(button).visibility === 'hidden') item.querySelector<HTMLElement>(`[data-rank="${button.dataset.rank === 'up' ? 'down' : 'up'}"]`)?.focus();
    else button.focus();
  });
  let held: HTMLElement | null = null;
  list.addEventListener('pointerdown', (event) => {
    const grip = (event.target as Element).closest('[data-grip]');
    held = grip?.closest<HTMLElement>('li') ?? null;
    if (!held || event.button !== 0) return;
    event.preventDefault();
    held.dataset.dragging = '';
    list.setPointerCapture(event.pointerId);
  });
  list.addEventListener('pointermove', (event) => {
    if (!held) return;
    for (const other of items()) {
      if (other === held) continue;
      const { top, height } = other.getBoundingClientRect();
      const before = items().indexOf(other) < items().indexOf(held);
      if (before && event.clientY < top + height / 2) {
        other.before(held);
        break;
      }
      if (!before && event.clientY > top + height / 2) other.after(held);
    }
  });
  const drop = () => {
    if (!held) return;
    const moved = held;
    held = null;
    delete moved.dataset.dragging;
    settle(moved);
  };
  list.addEventListener('pointerup', drop);
  list.addEventListener('pointercancel', drop);
  settle();
});

// ---- Files

/** A file's size in the reader's own figures: kB below a MB, so that a small file isn't of "0 MB". */
function sizeOf(bytes: number): string {
  const [value, unit] = bytes < 1024 * 1024 ? [Math.max(1, Math.round(bytes / 1024)), 'kB'] : [bytes / 1024 / 1024, 'MB'];
  return `${new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(value)} ${unit}`;
}

mount('[data-drop]', (root) => {
  const input = root.querySelector<HTMLInputElement>('input[type="file"]');
  const name = root.querySelector<HTMLElement>('[data-drop-name]');
  if (!input) return;
  const limit = Number(root.dataset.limitMb ?? Infinity) * 1024 * 1024;
  const show = () => {
    const file = input.files?.[0];
    const size = file ? sizeOf(file.size) : '';
    const big = Boolean(file && file.size > limit);
    input.setCustomValidity(big ? word('fileTooBig') : '');
    if (name) name.textContent = file ? `${file.name}, ${size}${big ? `. ${word('fileTooBig')}` : ''}` : '';
  };
  input.addEventListener('change', show);
  root.addEventListener('dragover', (event) => {
    event.preventDefault();
    root.classList.add('om-drop-over');
  });
  root.addEventListener('dragleave', (event) => {
    if (!root.contains(event.relatedTarget as Node | null)) root.classList.remove('om-drop-over');
  });
  root.addEventListener('drop', (event) => {
    event.preventDefault();
    root.classList.remove('om-drop-over');
    if (!event.dataTransfer?.files.length) return;
    input.files = event.dataTransfer.files;
    changed(input);
  });
});
