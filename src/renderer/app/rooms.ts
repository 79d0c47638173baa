import { makeRoom } from './room.tsx';

export const ChangePasscode = makeRoom([], async () => ({
  default: (await import('../passcode/change-passcode.tsx')).ChangePasscode,
}));

export const Services = makeRoom(['journeys', 'ra'], async () => ({
  default: (await import('../services/services.tsx')).Services,
}));
export const Journey = makeRoom(['journeys'], async () => ({
  default: (await import('../services/journey.tsx')).Journey,
}));
export const Ra = makeRoom(['ra'], async () => ({ default: (await import('../ra/ra.tsx')).Ra }));
export const Unlock = makeRoom(['unlock'], async () => ({ default: (await import('../unlock/unlock.tsx')).Unlock }));
