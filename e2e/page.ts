import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { waitFor } from '@tributary/testing';

class PageElement extends EventTarget {
  value = '';
  textContent = '';
  hidden: boolean;
  constructor(tag: string) {
    super();
    this.hidden = tag.includes(' hidden');
  }
  focus() {}
  reset() {}
}

/**
 * A page that a mailed link opens, as in a headless browser: its script runs if the content security policy allows it,
 * sends requests to the real gateway, and has only its own elements, address and history.
 */
export async function openPage(link: string) {
  const location = new URL(link);
  const { headers, ...answer } = await load(location);
  const [, script = ''] = /<script>(.*?)<\/script>/s.exec(answer.text) ?? [];
  const hash = createHash('sha256').update(script).digest('base64');
  if (!headers.get('content-security-policy')?.includes(`script-src 'sha256-${hash}';`)) {
    throw new Error('The content security policy of the page forbids its script.');
  }
  const tags = answer.text.matchAll(/<\w+ id="(\w+)"[^>]*>/g);
  const elements = new Map([...tags].map(([tag, id]) => [id, new PageElement(tag)]));
  const window = new EventTarget();
  const element = (id: string) => {
    const found = elements.get(id);
    if (!found) throw new Error(`The page has no element ${id}`);
    return found;
  };
  runInNewContext(script, {
    document: { getElementById: element },
    location,
    history: {
      replaceState: (_state: unknown, _title: string, to: string) => {
        location.href = new URL(to, location).href;
      },
    },
    addEventListener: window.addEventListener.bind(window),
    fetch: (to: string, options: RequestInit) => fetch(new URL(to, location), options),
    URLSearchParams,
  });
  const message = () => element('message').textContent;
  return {
    headers,
    message,
    address: () => location.href,
    hasForm: () => !element('form').hidden,
    /** Follows a link to the same page, which loads nothing. */
    follow(to: string) {
      location.href = to;
      window.dispatchEvent(new Event('hashchange'));
    },
    /** Fills in and submits the form; resolves with the page's message. */
    async submit(first?: string, second?: string) {
      if (first !== undefined) element('first').value = first;
      if (second !== undefined) element('second').value = second;
      element('form').dispatchEvent(new Event('submit', { cancelable: true }));
      return waitFor(() => !message().endsWith('…') && message(), { what: 'the page to say how it went' });
    },
  };
}

async function load(url: URL) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname} is answered with ${response.status}`);
  return { headers: response.headers, text: await response.text() };
}
