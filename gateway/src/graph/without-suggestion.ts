/** The message of an error of graphql-js without the names of the schema that it proposes. */
export function withoutSuggestion(message: string): string {
  return message.replace(/ ?Did you mean .+\?$/, '');
}
