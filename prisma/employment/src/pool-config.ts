/**
 * What this database's sessions have beyond the others': READ COMMITTED, so that loaders that write different ids do not wait for
 * each other's gap locks, and strict values.
 */
export const poolConfig = {
  connectionLimit: 8,
  // The driver's Date objects have the wrong century for years below 100; the text is exact.
  dateStrings: true,
  sessionSql: [
    "SET sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    'SET SESSION innodb_lock_wait_timeout = 10',
  ],
};
