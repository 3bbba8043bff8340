// Moving things between lanes, by pointer and by keyboard. The server decides: we post `item`, `from` and `to`, and show what it answers.
//
//   <div data-board data-board-url="…" data-board-target="#board">
//     <ul data-board-lane="7"> <li data-board-item="12" data-board-name="Grace Kim" data-board-not="3 9"> …
//
// data-board-url     where a drop posts to; the answer is swapped into data-board-target (the board itself unless named)
// data-board-preview optional: fetched with the same values while something hangs over a lane; its text is announced and shown in
//                    the element marked data-board-cost, so that the price is known before it is paid
// data-board-closed  optional: asked once somebody is picked up, with all lanes as `to`, for those where they may not go: {"3": "why"}.
//                    They are greyed at once, and their reason is said in place of a price
// data-board-not     on an item: lanes where it may not go, known from the start (the server checks it again in either case)
// data-board-lane    without a name (aria-labelledby, aria-label) a lane is announced by its value
//
// Each item gets a button to hold it by (or brings one, marked data-board-handle): the keyboard works on that, the pointer on the whole item.
import { htmx } from './libraries';
import { announce, isRightToLeft, mount, word } from './page';

mount('[data-board]', (board) => {
  const lanes = () => [...board.querySelectorAll<HTMLElement>('[data-board-lane]')];
  const items = () => [...board.querySelectorAll<HTMLElement>('[data-board-item]')];
  const laneOf = (item: Element) => item.closest<HTMLElement>('[data-board-lane]');
  const handleOf = (item: Element) => item.querySelector<HTMLElement>('[data-board-handle]');
  const nameOf = (item: HTMLElement) => item.dataset.boardName ?? item.textContent?.trim() ?? '';

  const laneName = (lane: HTMLElement) => {
    const by = lane.getAttribute('aria-labelledby');
    const label = by && document.getElementById(by)?.textContent;
    return (label || lane.getAttribute('aria-label') || lane.dataset.boardLane || '').trim();
  };
  const closedTo = (lane: HTMLElement) => lane.dataset.boardLane && reasons[lane.dataset.boardLane];
  const mayGo = (item: HTMLElement, lane: HTMLElement) =>
    !closedTo(lane) && !(item.dataset.boardNot ?? '').split(' ').includes(lane.dataset.boardLane ?? '');

  let held: HTMLElement | null = null;
  let over: HTMLElement | null = null;
  let asked = 0;
  // Of who is held: the lanes that are closed to them, and why. A change brings a new board, so what was asked stays true for this one.
  let reasons: Record<string, string> = {};
  const known = new Map<string, Promise<Record<string, string>>>();

  async function fetchClosed(item: HTMLElement): Promise<Record<string, string>> {
    const query = new URLSearchParams({ item: item.dataset.boardItem ?? '', from: laneOf(item)?.dataset.boardLane ?? '' });
    for (const lane of lanes()) query.append('to', lane.dataset.boardLane ?? '');
    try {
      const answer = await fetch(`${board.dataset.boardClosed}?${query}`, { headers: { 'HX-Request': 'true' } });
      return answer.ok ? await answer.json() : {};
    } catch {
      return {}; // the server still refuses what may not be
    }
  }

  const askClosed = (item: HTMLElement): Promise<Record<string, string>> => {
    if (!board.dataset.boardClosed) return Promise.resolve({});
    // A filter brings other lanes.
    const key = [item.dataset.boardItem, ...lanes().map((lane) => lane.dataset.boardLane)].join(' ');
    if (!known.has(key)) known.set(key, fetchClosed(item));
    return known.get(key)!;
  };

  async function grey(item: HTMLElement): Promise<void> {
    const found = await askClosed(item);
    if (held !== item) return;
    reasons = found;
    for (const lane of lanes()) {
      const isClosed = lane !== laneOf(item) && !mayGo(item, lane);
      lane.toggleAttribute('data-board-shut', isClosed);
    }
    const lane = over;
    if (lane && !mayGo(item, lane) && lane !== laneOf(item)) {
      hover(null);
      hover(lane);
    }
  }

  const ready = () => {
    const grip = document.querySelector<HTMLTemplateElement>('#grip-template')?.content.firstElementChild;
    for (const item of items()) {
      let handle = handleOf(item);
      if (!handle) {
        handle = document.createElement('button');
        handle.setAttribute('type', 'button');
        handle.className = 'om-icon-button om-board-handle';
        handle.dataset.boardHandle = '';
        handle.setAttribute('aria-label', `${word('move')} ${nameOf(item)}`);
        if (grip) handle.append(grip.cloneNode(true));
        item.prepend(handle);
      }
      handle.setAttribute('aria-pressed', 'false');
    }
  };

  const cost = () => board.querySelector<HTMLElement>('[data-board-cost]') ?? document.querySelector<HTMLElement>('[data-board-cost]');

  async function preview(item: HTMLElement, lane: HTMLElement): Promise<void> {
    const place = cost();
    const address = board.dataset.boardPreview;
    if (!address) return;
    const mine = ++asked;
    const query = new URLSearchParams({ item: item.dataset.boardItem ?? '', from: laneOf(item)?.dataset.boardLane ?? '', to: lane.dataset.boardLane ?? '' });
    try {
      const answer = await fetch(`${address}${address.includes('?') ? '&' : '?'}${query}`, { headers: { 'HX-Request': 'true' } });
      const text = answer.ok ? (await answer.text()).trim() : '';
      if (mine !== asked || over !== lane) return;
      // Plain words: an answer with markup is shown as its text.
      const words = new DOMParser().parseFromString(text, 'text/html').body.textContent?.replace(/\s+/g, ' ').trim() ?? '';
      if (place) place.textContent = words;
      announce(`${laneName(lane)}. ${words}`);
    } catch {
      if (place && mine === asked) place.textContent = '';
    }
  }

  const hover = (lane: HTMLElement | null) => {
    if (lane === over) return;
    over?.removeAttribute('data-board-over');
    over?.removeAttribute('data-board-refused');
    over = lane;
    const place = cost();
    if (place) place.textContent = '';
    if (!lane || !held) return;
    const home = lane === laneOf(held);
    const may = mayGo(held, lane);
    lane.setAttribute(may ? 'data-board-over' : 'data-board-refused', '');
    lane.scrollIntoView({ block: 'nearest' });
    const why = may ? '' : [word('notHere'), closedTo(lane)].filter(Boolean).join('. ');
    if (place && !home) place.textContent = why;
    announce([`${word('over')} ${laneName(lane)}`, why].filter(Boolean).join('. '));
    if (may && !home) window.setTimeout(() => held && over === lane && void preview(held, lane), 200);
  };

  const pick = (item: HTMLElement) => {
    held = item;
    item.setAttribute('data-board-held', '');
    handleOf(item)?.setAttribute('aria-pressed', 'true');
    void grey(item);
  };
  const release = () => {
    held?.removeAttribute('data-board-held');
    held?.removeAttribute('data-board-dragging');
    if (held) handleOf(held)?.setAttribute('aria-pressed', 'false');
    hover(null);
    held = null;
    reasons = {};
    for (const lane of lanes()) lane.removeAttribute('data-board-shut');
  };

  const drop = () => {
    if (!held) return;
    const item = held;
    const lane = over;
    const from = laneOf(item);
    const may = lane && lane !== from && mayGo(item, lane);
    const why = lane && lane !== from && !may ? `${closedTo(lane) ?? ''} ` : '';
    release();
    if (!lane || !from || !may) {
      announce(`${why}${word('released')}`);
      return;
    }
    announce(`${nameOf(item)}: ${word('dropped')} ${laneName(lane)}`);
    const target = board.dataset.boardTarget ?? (board.id ? `#${board.id}` : null);
    const values = { item: item.dataset.boardItem ?? '', from: from.dataset.boardLane ?? '', to: lane.dataset.boardLane ?? '' };
    // After the answer the reader stands where the item now is; its handle comes when the answer has settled.
    document.addEventListener(
      'htmx:afterSettle',
      () => {
        const again = document.querySelector<HTMLElement>(`[data-board-item="${CSS.escape(values.item)}"]`);
        again?.scrollIntoView({ block: 'nearest' });
        if (again) handleOf(again)?.focus({ preventScroll: true });
      },
      { once: true },
    );
    void htmx.ajax('post', board.dataset.boardUrl ?? location.pathname, {
      source: board,
      target: target ?? board,
      swap: 'outerHTML',
      values,
    } as never);
  };

  board.addEventListener('keydown', (event) => {
    const item = (event.target as Element).closest<HTMLElement>('[data-board-item]');
    // Other buttons inside a card keep their own keys.
    if (!item || event.target !== handleOf(item)) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      if (held === item) drop();
      else {
        release();
        pick(item);
        over = laneOf(item);
        announce(`${nameOf(item)}. ${word('held')}`);
      }
      return;
    }
    if (event.key === 'Escape' && held) {
      event.preventDefault();
      event.stopPropagation();
      release();
      announce(word('released'));
      return;
    }
    const onward = isRightToLeft() ? 'ArrowLeft' : 'ArrowRight';
    const back = isRightToLeft() ? 'ArrowRight' : 'ArrowLeft';
    const step = event.key === 'ArrowDown' || event.key === onward ? 1 : event.key === 'ArrowUp' || event.key === back ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    if (held) {
      const all = lanes();
      hover(all[(all.indexOf(over ?? laneOf(held) ?? all[0]!) + step + all.length) % all.length] ?? null);
    } else {
      const all = items();
      const next = all[(all.indexOf(item) + step + all.length) % all.length];
      if (next) handleOf(next)?.focus();
    }
  });
  board.addEventListener('focusout', (event) => {
    if (held && !ghost && event.relatedTarget !== handleOf(held) && !document.hidden) release();
  });

  // Pointer: a drag starts after a few pixels, so that a click stays a click; on touch after a short rest, so that scrolling stays scrolling.
  let ghost: HTMLElement | null = null;
  let start: { x: number; y: number; item: HTMLElement; at: number; touch: boolean } | null = null;
  let offset = { x: 0, y: 0 };
  let resting = 0;

  const lift = (x: number, y: number, item: HTMLElement) => {
    pick(item);
    const box = item.getBoundingClientRect();
    offset = { x: x - box.left, y: y - box.top };
    ghost = item.cloneNode(true) as HTMLElement;
    ghost.classList.add('om-board-ghost');
    ghost.removeAttribute('id');
    ghost.setAttribute('aria-hidden', 'true');
    ghost.style.width = `${box.width}px`;
    document.body.append(ghost);
    item.setAttribute('data-board-dragging', '');
    follow(x, y);
  };
  const follow = (x: number, y: number) => {
    if (!ghost) return;
    ghost.style.transform = `translate(${x - offset.x}px, ${y - offset.y}px)`;
    const below = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-board-lane]') ?? null;
    hover(below && board.contains(below) ? below : null);
    // Near an edge the page moves along.
    if (y < 60) window.scrollBy(0, -12);
    else if (y > innerHeight - 60) window.scrollBy(0, 12);
  };
  const finish = (commit: boolean) => {
    window.clearTimeout(resting);
    start = null;
    if (!ghost) return;
    ghost.remove();
    ghost = null;
    if (commit) drop();
    else {
      release();
      announce(word('released'));
    }
  };

  board.addEventListener('pointerdown', (event) => {
    const item = (event.target as Element).closest<HTMLElement>('[data-board-item]');
    if (!item || event.button !== 0 || (event.target as Element).closest('a, button:not([data-board-handle]), input, select, summary')) return;
    const touch = event.pointerType === 'touch';
    start = { x: event.clientX, y: event.clientY, item, at: event.pointerId, touch };
    void askClosed(item); // so that the answer is there when the drag begins
    if (touch) resting = window.setTimeout(() => start && lift(start.x, start.y, start.item), 350);
  });
  const move = (event: PointerEvent) => {
    if (!start || event.pointerId !== start.at) return;
    const far = Math.hypot(event.clientX - start.x, event.clientY - start.y) > 6;
    if (!ghost && far) {
      if (start.touch) {
        finish(false); // it is a scroll
        return;
      }
      lift(event.clientX, event.clientY, start.item);
    }
    if (ghost) {
      event.preventDefault();
      follow(event.clientX, event.clientY);
    }
  };
  const up = (event: PointerEvent) => start && event.pointerId === start.at && finish(true);
  const cancel = () => start && finish(false);
  const escape = (event: KeyboardEvent) => event.key === 'Escape' && ghost && finish(false);
  const holdScroll = (event: TouchEvent) => ghost && event.preventDefault();
  window.addEventListener('pointermove', move);
  window.addEventListener('pointerup', up);
  window.addEventListener('pointercancel', cancel);
  window.addEventListener('keydown', escape);
  board.addEventListener('touchmove', holdScroll, { passive: false });
  document.addEventListener('htmx:beforeCleanupElement', function gone(event) {
    if (event.target !== board) return;
    window.removeEventListener('pointermove', move);
    window.removeEventListener('pointerup', up);
    window.removeEventListener('pointercancel', cancel);
    window.removeEventListener('keydown', escape);
    document.removeEventListener('htmx:beforeCleanupElement', gone);
  });

  // A filter inside the board brings new cards, and not a new board.
  board.addEventListener('htmx:load', ready);
  ready();
});
