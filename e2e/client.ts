import { randomUUID } from 'node:crypto';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';

const responseSchema = z.object({
  data: z.any().default(null),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.object({ code: z.string(), reason: z.string().default('') }),
      }),
    )
    .default([]),
});

export interface GraphResponse extends z.infer<typeof responseSchema> {
  status: number;
}

export interface UploadEvent {
  cursor: number;
  status: string;
  rowsRead: number;
  rowsLoaded: number;
  rowsRejected: number;
  percent: number;
  message: string | null;
}

export const uploadMutation = `mutation ($file: Upload!, $kind: UploadKind!, $key: String) {
  uploadFile(file: $file, kind: $kind, idempotencyKey: $key) { id status cursor sha256 bytes filename downloadUrl }
}`;

const eventFields = 'cursor status rowsRead rowsLoaded rowsRejected percent message';

export interface FileToSend {
  content: string | Uint8Array<ArrayBuffer>;
  kind: string;
  filename?: string;
  key?: string;
}

/** A client of the graph that uses only HTTP, GraphQL multipart requests and graphql-ws. */
export function openClient(gatewayUrl: string) {
  const url = `${gatewayUrl}/graphql`;

  async function send(body: string | FormData, headers: Record<string, string>): Promise<GraphResponse> {
    const response = await fetch(url, { method: 'POST', body, headers });
    const { data, errors } = responseSchema.parse(await response.json());
    return { status: response.status, data, errors };
  }

  const bearer = (token: string | null): Record<string, string> => (token ? { authorization: `Bearer ${token}` } : {});

  function graph(query: string, variables: object = {}, token: string | null = null): Promise<GraphResponse> {
    return send(JSON.stringify({ query, variables }), { 'content-type': 'application/json', ...bearer(token) });
  }

  async function data(query: string, variables: object = {}, token: string | null = null) {
    const answer = await graph(query, variables, token);
    if (answer.errors.length > 0) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  }

  async function login(email: string, password: string): Promise<string> {
    const query =
      'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }';
    return (await data(query, { email, password })).login.accessToken;
  }

  /** A new account with the stack's default permissions. */
  async function register(): Promise<{ token: string; id: string; email: string; password: string }> {
    const [email, password] = [`${randomUUID()}@example.com`, `pass ${randomUUID()}`];
    const query = 'mutation ($input: RegisterInput!) { register(input: $input) { accessToken user { id } } }';
    const { register: payload } = await data(query, { input: { email, name: 'Ann Example', password } });
    return { token: payload.accessToken, id: payload.user.id, email, password };
  }

  function tryUpload(
    token: string | null,
    { content, kind, filename = 'file.csv', key }: FileToSend,
  ): Promise<GraphResponse> {
    const form = new FormData();
    form.set('operations', JSON.stringify({ query: uploadMutation, variables: { file: null, kind, key } }));
    form.set('map', JSON.stringify({ 0: ['variables.file'] }));
    form.set('0', new Blob([content], { type: 'text/csv' }), filename);
    return send(form, { 'apollo-require-preflight': 'true', ...bearer(token) });
  }

  async function upload(token: string, file: FileToSend): Promise<{ id: string; downloadUrl: string; sha256: string }> {
    const answer = await tryUpload(token, file);
    if (answer.errors.length > 0) throw new Error(JSON.stringify(answer.errors));
    return answer.data.uploadFile;
  }

  function subscriptions(token: string | null): Client {
    return createClient({
      url: url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: token ? { authorization: `Bearer ${token}` } : {},
      retryAttempts: 0,
    });
  }

  /** All events after the cursor, to the end of the log; `selection` is added to each event's own fields. */
  async function follow(token: string, id: string, after = 0, selection = ''): Promise<UploadEvent[]> {
    const client = subscriptions(token);
    const query = `subscription ($id: ID!, $after: Int) { uploadStatus(id: $id, after: $after) { ${eventFields} ${selection} } }`;
    const events: UploadEvent[] = [];
    try {
      for await (const { data: got, errors } of client.iterate<{ uploadStatus: UploadEvent }>({
        query,
        variables: { id, after },
      })) {
        if (errors || !got) throw new Error(JSON.stringify(errors));
        events.push(got.uploadStatus);
      }
    } catch (error) {
      // graphql-ws rejects with the list of errors.
      throw error instanceof Error ? error : new Error(JSON.stringify(error));
    } finally {
      await client.dispose();
    }
    return events;
  }

  /** Uploads a file, waits for its final status and returns the upload's record. */
  async function load(token: string, file: FileToSend) {
    const { id } = await upload(token, file);
    await follow(token, id);
    return record(token, id);
  }

  async function record(token: string, id: string) {
    const query =
      'query ($id: ID!) { fileUpload(id: $id) { id status cursor rowsRead rowsLoaded rowsRejected percent failure notifiedAt finishedAt } }';
    return (await data(query, { id }, token)).fileUpload;
  }

  return { url, graph, data, send, bearer, login, register, tryUpload, upload, subscriptions, follow, load, record };
}

export type TestClient = ReturnType<typeof openClient>;
