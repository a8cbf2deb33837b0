-- AlterTable
ALTER TABLE `uploads`
    ADD COLUMN `counts` TEXT NULL,
    ADD COLUMN `problems` MEDIUMTEXT NULL,
    ADD COLUMN `problem_count` INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN `result_files` MEDIUMTEXT NULL,
    ADD COLUMN `summary` TEXT NULL;

-- AlterTable
ALTER TABLE `upload_events` ADD COLUMN `counts` TEXT NULL;

-- All uploads until now are tables: their counts and problems get their general form, and the one condition its new name.
UPDATE `uploads` SET
    `counts` = CONCAT('{"rowsRead":', `rows_read`, ',"rowsLoaded":', `rows_loaded`, ',"rowsRejected":', `rows_rejected`, '}'),
    `problems` = `reasons`,
    `problem_count` = `rows_rejected`,
    `awaits` = REPLACE(`awaits`, 'employment.queries.refreshed', 'employment.results'),
    `settled` = REPLACE(`settled`, 'employment.queries.refreshed', 'employment.results');
UPDATE `upload_events` SET
    `counts` = CONCAT('{"rowsRead":', `rows_read`, ',"rowsLoaded":', `rows_loaded`, ',"rowsRejected":', `rows_rejected`, '}');
