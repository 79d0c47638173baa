import type { ViewBridge } from '../../core/contract/view.ts';

/** Tells the host whether this window has the user's eye, so that it is not put in front of somebody who is looking at it. */
export function tellAttention(bridge: ViewBridge): void {
  let told: boolean | null = null;
  const tell = () => {
    const attended = document.hasFocus() && document.visibilityState === 'visible';
    if (attended === told) return;
    told = attended;
    void bridge.request({ command: 'attended', attended }).then(({ ok }) => {
      // It was not heard: the agent was not within reach. It is when it tells something.
      if (!ok && told === attended) told = null;
    });
  };
  for (const event of ['focus', 'blur', 'pageshow'] as const) window.addEventListener(event, tell);
  document.addEventListener('visibilitychange', tell);
  bridge.onSnapshot(tell);
}
