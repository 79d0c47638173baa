import { first } from './first.ts';
import { journeys } from './journeys.ts';
import { unlock } from './unlock.ts';

export const cy = { ...first, journeys, unlock } as const;
