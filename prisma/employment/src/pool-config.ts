/** READ COMMITTED, which all sessions have, keeps loaders that write different ids from waiting for each other's gap locks. */
export const poolConfig = {
  connectionLimit: 8,
  // The driver's Date objects have the wrong century for years below 100; the text is exact.
  dateStrings: true,
  sessionSql: ['SET SESSION innodb_lock_wait_timeout = 10'],
};
