import { first } from './first.ts';
import { journeys } from './journeys.ts';
import { ra } from './ra.ts';
import { unlock } from './unlock.ts';

export const cy = { ...first, journeys, ra, unlock } as const;
