/**
 * What runs in the page: each function is sent there as its own text, so none may use another. The bench is checked without a
 * browser's types; these few are all that it touches. Painted is what a frame has shown: the first task behind the animation
 * frame that follows the change (HTML Standard, "update the rendering").
 */

type Element = { readonly textContent: string; click(): void; append(text: string): void };
declare const document: {
  readonly body: Element;
  querySelector(selector: string): Element | null;
};
declare const location: { readonly protocol: string };
declare const MutationObserver: new (
  callback: () => void,
) => { observe(target: unknown, options: object): void; disconnect(): void };
declare function requestAnimationFrame(callback: () => void): void;
declare const wardkeyPainted: (at: number) => void;

/** Tells by `wardkeyPainted` when the first heading of the page has been painted: performance.now() behind that frame. */
export function tellFirstHeading(): void {
  if (location.protocol === 'file:') return;
  const observer = new MutationObserver(() => {
    if (document.querySelector('h1') === null) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => wardkeyPainted(performance.now())));
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** Milliseconds since the page began; null before anything has been painted. */
export function firstContentfulPaint(): number | null {
  return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null;
}

/** The scripts that this page has loaded, by name. */
export function loadedScripts(): string[] {
  return performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name).pathname.slice(1))
    .filter((name) => name.endsWith('.js'));
}

/** From a click on the button to the frame in which the page's heading is another: milliseconds of the page's own clock. */
export function clickToPainted({ button, heading }: { button: string; heading: string }): Promise<number> {
  const pressed = document.querySelector(`button[aria-label="${button}"]`);
  if (pressed === null) throw new Error(`there is no button ${button}`);
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`waited in vain for ${heading}`)), 5_000);
    const observer = new MutationObserver(() => {
      if (document.querySelector('h1')?.textContent !== heading) return;
      observer.disconnect();
      clearTimeout(limit);
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    const start = performance.now();
    pressed.click();
  });
}

/** The floor of that: a word that the page puts there by itself, with no agent in between. */
export function wordToPainted(): Promise<number> {
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    const start = performance.now();
    document.body.append('.');
  });
}
