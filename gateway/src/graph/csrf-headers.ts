/** Headers a browser cannot send across origins without asking first; one of them is needed where CSRF is possible. */
export const csrfHeaders = ['apollo-require-preflight', 'x-apollo-operation-name', 'authorization'];
