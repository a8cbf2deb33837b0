const prerequisites: Readonly<Record<string, readonly string[]>> = { HIRED_EMPLOYEES: ['DEPARTMENTS', 'JOBS'] };

/** The kinds whose earlier uploads must have ended before one of this kind may be loaded: its rows refer to theirs. */
export const prerequisiteKinds = (kind: string): string[] => [...(prerequisites[kind] ?? [])];
