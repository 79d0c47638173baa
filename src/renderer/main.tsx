import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { tellAttention } from './app/attention.ts';
import { loadLikelyLanguage } from './app/languages.ts';
import { followAgent } from './app/store.ts';
import { bridge } from './bridge/bridge.ts';
import './styles/light.scss';
import './styles/dark.scss';
import './styles/window.scss';
import './styles/pages.scss';
import './styles/unlock.scss';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
loadLikelyLanguage();
followAgent(bridge);
if (location.hash !== '#countdown') tellAttention(bridge);
createRoot(root).render(<App countdownOnly={location.hash === '#countdown'} />);
