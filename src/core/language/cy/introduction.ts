export const introduction = {} as const;
