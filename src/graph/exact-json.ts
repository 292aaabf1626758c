/** For `JSON.stringify`: what it has no form for, or gives another's, as a text of its own. */
export const exact = (_: string, value: unknown): unknown =>
  typeof value === 'bigint'
    ? `${value}n`
    : Object.is(value, -0)
      ? '-0'
      : typeof value === 'number' && !Number.isFinite(value)
        ? String(value)
        : value;
