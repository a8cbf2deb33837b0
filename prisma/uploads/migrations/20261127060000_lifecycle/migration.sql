-- AlterTable
ALTER TABLE `uploads`
    ADD COLUMN `delay_events` INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN `awaits` TEXT NULL,
    ADD COLUMN `settled` TEXT NULL,
    ADD COLUMN `ends_as` VARCHAR(16) NULL,
    ADD COLUMN `sign_at` DATETIME(3) NULL,
    ADD COLUMN `resends` INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN `cancel_requested_at` DATETIME(3) NULL,
    ADD COLUMN `dead_lettered_at` DATETIME(3) NULL;

-- The one condition there was until now, by its name.
UPDATE `uploads` SET `awaits` = '["employment.queries.refreshed"]', `ends_as` = 'COMPLETED' WHERE `status` = 'LOADED';
UPDATE `uploads` SET `settled` = CONCAT('{"employment.queries.refreshed":', `answered_version`, '}')
    WHERE `finished_at` IS NULL AND `answered_version` IS NOT NULL;
