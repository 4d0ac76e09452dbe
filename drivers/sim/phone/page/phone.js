// @ts-check
/** The page of the simulated phone: shows what the server says, and sends what the person does. */

/** @typedef {import('../phone-view.ts').PhoneView} PhoneView */

const reopenAfterMs = 2_000;
const name = 'Simulated phone';

/** @type {<T extends HTMLElement>(selector: string, kind: new () => T) => T} */
const one = (selector, kind) => {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page lacks ${selector}`);
  return found;
};

const phone = one('.phone', HTMLElement);
const title = one('#title', HTMLElement);
const sentence = one('#sentence', HTMLElement);
const heard = one('#heard', HTMLElement);
const digits = one('#digits', HTMLElement);
const problem = one('#problem', HTMLElement);
const form = one('.presets', HTMLFormElement);

/** @type {(element: HTMLElement, text: string) => void} */
const write = (element, text) => {
  // A screen reader reads what is written again.
  if (element.textContent !== text) element.textContent = text;
};

/** @type {(line: PhoneView['line'] | 'lost') => void} */
const showLine = (line) => {
  phone.dataset['line'] = line;
  for (const part of phone.querySelectorAll('[data-when]')) {
    if (part instanceof HTMLElement) part.hidden = part.dataset['when'] !== line;
  }
};

/** @type {(view: PhoneView) => void} */
const show = (view) => {
  const active = document.activeElement;
  showLine(view.line);
  write(title, view.title);
  write(sentence, view.sentence);
  write(digits, view.digits);
  if (heard.textContent !== view.heardSentences.join('')) {
    heard.replaceChildren(
      ...view.heardSentences.map((text) =>
        Object.assign(document.createElement('li'), { textContent: text }),
      ),
    );
  }
  heard.hidden = view.heardSentences.length === 0;
  for (const radio of form.querySelectorAll('input')) radio.checked = radio.value === view.preset;
  document.title = view.line === 'ringing' ? `☎ Ringing… – ${name}` : `${view.title} – ${name}`;
  // The pressed button may have gone: the keyboard goes on from the one that has come.
  if (active instanceof HTMLButtonElement && active.offsetParent === null) {
    const next = phone.querySelector(
      view.line === 'answered' ? '[data-digit="9"]' : `[data-when="${view.line}"] button`,
    );
    if (next instanceof HTMLButtonElement) next.focus();
  }
};

/** @type {(path: string, body: object) => Promise<void>} */
const post = async (path, body) => {
  write(problem, '');
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    // How the phone stands then comes by the stream, in the order in which it happened.
    if (!answer.ok) write(problem, (await answer.json()).sentence);
  } catch {
    write(problem, 'The controller did not answer.');
  }
};

const connect = () => {
  const source = new EventSource('/api/events');
  source.addEventListener('open', () => write(problem, ''));
  source.addEventListener('message', ({ data }) => {
    /** @type {PhoneView} */
    const view = JSON.parse(data);
    // Not at every message: the one that a refusal is about may come after the refusal.
    if (view.line === 'dialled') write(problem, '');
    show(view);
  });
  source.addEventListener('error', () => {
    showLine('lost');
    heard.hidden = true;
    write(title, 'Not connected');
    write(sentence, 'No controller answers. This page comes back by itself.');
    document.title = `Not connected – ${name}`;
    // The browser opens the stream again after most losses, not after a refusal.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, reopenAfterMs);
  });
};

/** @type {(digit: string) => Promise<void>} */
const press = (digit) => post('/api/phone/act', { kind: 'press', digit });

phone.addEventListener('click', ({ target }) => {
  const { act, digit } = target instanceof HTMLButtonElement ? target.dataset : {};
  if (act !== undefined) void post('/api/phone/act', { kind: act });
  else if (digit !== undefined) void press(digit);
});
form.addEventListener('change', ({ target }) => {
  if (target instanceof HTMLInputElement) void post('/api/phone/preset', { preset: target.value });
});
document.addEventListener('keydown', ({ key, repeat, ctrlKey, metaKey, altKey }) => {
  if (repeat || ctrlKey || metaKey || altKey || phone.dataset['line'] !== 'answered') return;
  if (/^[0-9*#]$/.test(key)) void press(key);
});
connect();
