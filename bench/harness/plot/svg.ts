export const WIDTH = 760;

type Attributes = Readonly<Record<string, string | number>>;

/** An element; its content must be SVG already. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(round(value))}"`);
  return content ? `<${name}${written.join('')}>${content}</${name}>` : `<${name}${written.join('')}/>`;
}

export const text = (content: string, attributes: Attributes) => element('text', attributes, escapeXml(content));

/** The whole picture: a title for readers and screen readers alike, and colours that follow the page's. */
export function svgDocument({ title, height, body }: { title: string; height: number; body: readonly string[] }) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${escapeXml(title)}</title>
<style>${style}</style>
<rect class="page" width="100%" height="100%" rx="6"/>
${text(title, { x: 16, y: 26, class: 'title' })}
${body.join('\n')}
</svg>
`;
}

/** The same series has the same colour in every plot; beyond the last they begin again. */
export const SERIES_COUNT = 6;

// Okabe and Ito's colours, distinguishable with any color vision; lighter variants on dark pages.
const light = ['#0072b2', '#d55e00', '#009e73', '#a8518a', '#b27d00', '#3a8fc2'];
const dark = ['#56b4e9', '#ff8c3a', '#2fd6a3', '#e39ac6', '#f0c244', '#9ad1f5'];
const seriesColors = (colours: readonly string[]) =>
  colours.map((colour, index) => `.s${index}{fill:${colour};stroke:${colour}}`).join('');
const style = [
  'text{font:12px system-ui,sans-serif;fill:#1f2328;stroke:none}.title{font-size:15px;font-weight:600}.dim{fill:#59636e}',
  '.page{fill:#fff}.grid{stroke:#d1d9e0}.spread{stroke:#1f2328;fill:none}.line{fill:none;stroke-width:2}',
  seriesColors(light),
  `.line{fill:none}@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.dim{fill:#9198a1}.page{fill:#0d1117}.grid{stroke:#3d444d}.spread{stroke:#f0f6fc}${seriesColors(dark)}.line{fill:none}}`,
].join('');

/** A number as people read it: three digits that count, thousands apart. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

const round = (value: string | number) => (typeof value === 'number' ? String(Math.round(value * 10) / 10) : value);

const escapeXml = (raw: string) =>
  raw.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign);
