/**
 * What this database's sessions have beyond the others': strict values. READ COMMITTED, which all have, keeps loaders that write
 * different ids from waiting for each other's gap locks.
 */
export const poolConfig = {
  connectionLimit: 8,
  // The driver's Date objects have the wrong century for years below 100; the text is exact.
  dateStrings: true,
  sessionSql: [
    "SET sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
    'SET SESSION innodb_lock_wait_timeout = 10',
  ],
};
