/** A user as this subgraph knows one: by id alone. */
export interface UploaderStub {
  readonly id: string;
}
