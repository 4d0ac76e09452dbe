import { render } from 'preact';
import { App } from './app.tsx';
import { listenToKeyboard } from './keyboard.ts';
import { startPage } from './page.ts';
import { startTonePlayer } from './tone-player.ts';
import { heardOf } from './tones.ts';

const root = document.getElementById('app');
const version = document.querySelector<HTMLMetaElement>('meta[name="page-version"]')?.content ?? '';

if (root !== null) {
  const sound = startTonePlayer();
  const actions = startPage(version, (state, drawn) => {
    document.documentElement.lang = state.language;
    document.title = state.view?.building?.name ?? 'Vestibule';
    render(<App state={state} actions={drawn} />, root);
    sound(heardOf(state));
  });
  listenToKeyboard(actions.enter);
}
