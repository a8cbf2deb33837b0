/** An error that answers the whole request with that 4xx status, and code BAD_USER_INPUT. */
export function refusal(status: 405 | 406, message: string): Error {
  return Object.assign(new Error(message), { status });
}
