import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import '../../../src/renderer/styles/light.scss';
import '../../../src/renderer/styles/dark.scss';
import '../../../src/renderer/styles/window.scss';
import './page.scss';

/** The token that Wardkey gave this browser. Taken out of the address at once: it is in no history and no reload. */
const handOver = /^#([\w-]{43})$/.exec(location.hash)?.[1] ?? null;
history.replaceState(null, '', location.pathname);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(<App handOver={handOver} />);
