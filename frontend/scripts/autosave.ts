// Forms that save as one goes: <form data-autosave="URL">. Each change posts the whole form to URL; 2xx is saved, 422 is refused.
// Without connection it tries again until it is through; leaving the page meanwhile asks first.
import { mount, word } from './page';
import { signedOut } from './toasts';

const PAUSE = 700;
const LONGEST_WAIT = 30_000;

type State = 'idle' | 'saving' | 'saved' | 'waiting' | 'refused';

mount('form[data-autosave]', (root) => {
  const form = root as HTMLFormElement;
  const url = form.dataset.autosave || form.action;
  const sign = form.querySelector<HTMLElement>('[data-saved]');
  let version = 0; // grows with each change
  let saved = 0; // the last version that the server has
  let timer = 0;
  let wait = 1000;
  let running = false;
  let state: State = 'idle';

  const say = (now: State) => {
    state = now;
    if (!sign) return;
    sign.dataset.state = now;
    sign.textContent = now === 'idle' ? '' : word(now);
  };

  const later = (after: number) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void save(), after);
  };

  async function save(): Promise<void> {
    if (running || saved === version) return;
    running = true;
    const sending = version;
    say('saving');
    let now: State = 'waiting';
    try {
      const data = new FormData(form);
      // Files go with the real submit: sending them again at each keystroke helps nobody.
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      const answer = await fetch(url, { method: 'POST', body: data, headers: { 'X-Autosave': '1' }, redirect: 'manual', credentials: 'same-origin' });
      if (answer.ok) now = 'saved';
      else if (answer.type === 'opaqueredirect') signedOut(); // and try again, once the reader is back
      else if (answer.status === 422) now = 'refused';
    } catch {
      now = 'waiting';
    } finally {
      running = false;
    }
    if (now !== 'waiting') {
      saved = sending;
      wait = 1000;
    }
    if (now === 'waiting') {
      say('waiting');
      later(wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    } else if (version > sending) later(0);
    else say(now);
  }

  const touched = () => {
    version++;
    later(PAUSE);
  };
  form.addEventListener('input', touched);
  form.addEventListener('change', touched);
  form.addEventListener('submit', () => {
    window.clearTimeout(timer);
    saved = version; // the submit carries everything
    if (state === 'waiting') say('idle');
  });
  window.addEventListener('online', () => saved !== version && later(0));
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && saved !== version && void save());
  window.addEventListener('beforeunload', (event) => {
    if (form.isConnected && saved !== version) event.preventDefault();
  });
});
