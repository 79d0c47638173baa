import { tellStory } from './terminal-story.ts';

/** Entry of the demo without a window. The one with a window is `launch --demo`. */
await tellStory();
