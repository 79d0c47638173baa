import { create } from 'zustand';
import type { Language, ViewBridge, ViewSnapshot } from '../../core/contract/view.ts';
import { keepShown, type ShownReader } from '../card/which-card.ts';
import { isTyping } from '../passcode/typing.ts';
import { loadLanguage, type Translators } from './languages.ts';
import { firstPlace, HOME, type Place, placeOfCall } from './places.ts';

/**
 * What the window knows: the agent's last snapshot, and where the user is. What is being typed lives with its field and
 * never here.
 */
export type WindowState = {
  readonly view: ViewSnapshot | null;
  /** performance.now() when the snapshot came: its spans count from there. */
  readonly receivedAt: number;
  readonly reachable: boolean;
  readonly place: Place;
  /** The reader whose card the panel is about, where one has a card. */
  readonly shown: ShownReader | null;
  /** The languages that have been loaded. */
  readonly translators: Translators;
  /** The language that the window is drawn in: that of the view as soon as it is loaded, the one before until then. */
  readonly spoken: Language | null;
};

export const useWindow = create<WindowState>()(() => ({
  view: null,
  receivedAt: 0,
  reachable: true,
  place: HOME,
  shown: null,
  translators: {},
  spoken: null,
}));

/** Keeps the window's state with the agent's. */
export function followAgent(bridge: ViewBridge): void {
  bridge.onReachable((reachable) => useWindow.setState({ reachable }));
  bridge.onSnapshot((view) => {
    const { view: before, shown, place: at, translators, spoken } = useWindow.getState();
    const place = before === null ? firstPlace(view) : at;
    void loadLanguage(view.language);
    const called = view.call.number > 0 && view.call.number !== before?.call.number;
    useWindow.setState({
      view,
      spoken: translators[view.language] === undefined ? spoken : view.language,
      shown: keepShown(view, { view: before, shown }, isTyping()),
      receivedAt: performance.now(),
      reachable: true,
      place: called ? placeOfCall(view.call.place, view, place) : place,
    });
  });
}

export function goTo(place: Place): void {
  useWindow.setState({ place });
}

export function chooseReader(reader: string): void {
  useWindow.setState({ shown: { reader, chosen: true }, place: HOME });
}
