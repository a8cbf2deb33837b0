/** @typedef {null | boolean | number | string | Yaml[] | { [key: string]: Yaml }} Yaml */

const MAX_LINE = 120;

/**
 * Several documents as one YAML file. Short collections stay on one line.
 *
 * @param {Yaml[]} documents
 * @param {string} comment the first line
 */
export const writeYaml = (documents, comment) =>
  `# ${comment}\n${documents.map((document) => `${writeBlock(document, 0).join('\n')}\n`).join('---\n')}`;

/** @param {Yaml} value @param {number} indent @returns {string[]} */
function writeBlock(value, indent) {
  const pad = ' '.repeat(indent);
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      if (fits(item, indent + 2)) return [`${pad}- ${writeFlow(item)}`];
      const [first = '', ...rest] = writeBlock(item, indent + 2);
      return [`${pad}- ${first.trimStart()}`, ...rest];
    });
  }
  if (value === null || typeof value !== 'object') return [`${pad}${writeScalar(value)}`];
  return Object.entries(value).flatMap(([key, item]) => {
    const isShort = typeof item !== 'object' || fits(item, indent + key.length + 2);
    return isShort ? [`${pad}${key}: ${writeFlow(item)}`] : [`${pad}${key}:`, ...writeBlock(item, indent + 2)];
  });
}

/** Whether a collection is written on one line: a map of scalars or a list of few words. @param {Yaml} value @param {number} indent */
function fits(value, indent) {
  if (value === null || typeof value !== 'object') return true;
  const text = writeFlow(value);
  return indent + text.length <= MAX_LINE && !text.includes('\n') && (isSmall(value) || 'name' in value);
}

/** @param {{ [key: string]: Yaml } | Yaml[]} value */
const isSmall = (value) => JSON.stringify(value).length < 60 && (Array.isArray(value) || Object.keys(value).length > 0);

/** @param {Yaml} value @returns {string} */
function writeFlow(value) {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${value.map(writeFlow).join(', ')}]`;
  if (value === null || typeof value !== 'object') return writeScalar(value);
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${writeFlow(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** A plain word where YAML reads it as text, else a JSON string, which YAML contains. @param {null | boolean | number | string} value */
const writeScalar = (value) => (typeof value === 'string' && isPlain(value) ? value : JSON.stringify(value));

/** @param {string} text */
const isPlain = (text) => /^[A-Za-z/][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
