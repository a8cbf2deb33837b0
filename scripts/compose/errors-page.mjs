/**
 * Renders docs/errors.md from the catalogue of `@tributary/core`.
 *
 * @param {Record<string, Record<string, string>>} catalogue by code the reasons, each with its meaning
 * @returns {string}
 */
export function renderErrorsPage(catalogue) {
  // Only processes and operators see it.
  const { BAD_CONFIG: _hidden, ...shown } = catalogue;
  const sections = Object.entries(shown).map(([code, reasons]) => {
    const rows = Object.entries(reasons).map(([reason, meaning]) => `| \`${reason}\` | ${meaning} |`);
    return [`## ${code}`, '', '| reason | meaning |', '|---|---|', ...rows, ''].join('\n');
  });
  return [intro, ...sections].join('\n');
}

const intro = `# Errors

<!-- Generated from libs/core/src/error-catalogue.ts by npm run compose. -->

Every error has an \`extensions.code\`, which says what kind of error it is, and an \`extensions.reason\`, which says exactly what
went wrong. Both are stable: branch on them. The \`message\` is for people and may change.

Input errors (BAD_USER_INPUT) list every wrong value at once in \`extensions.problems\`: \`path\` is the argument and the way to the
value inside it, \`code\` is one of the reasons below, \`message\` is for people. The \`reason\` of the error is the code of the first problem.

\`\`\`json
{
  "message": "\\"ada\\" is not an email address. The password must be 10 to 128 characters long; this one has 5.",
  "path": ["register"],
  "extensions": {
    "code": "BAD_USER_INPUT",
    "reason": "EMAIL_INVALID",
    "problems": [
      { "path": ["input", "email"], "code": "EMAIL_INVALID", "message": "\\"ada\\" is not an email address." },
      { "path": ["input", "password"], "code": "PASSWORD_LENGTH", "message": "The password must be 10 to 128 characters long; this one has 5." }
    ]
  }
}
\`\`\`
`;
