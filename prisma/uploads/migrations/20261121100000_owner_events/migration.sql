-- Every event also gets its number among all events of its owner's uploads. An owner's row is locked to number the next.
CREATE TABLE `upload_owners` (
    `owner_id` CHAR(36) NOT NULL,
    `last_event` INTEGER NOT NULL,

    PRIMARY KEY (`owner_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Null only for what a process of the version before wrote while this was applied.
ALTER TABLE `upload_events`
    ADD COLUMN `owner_id` CHAR(36) NULL,
    ADD COLUMN `owner_cursor` INTEGER NULL,
    ADD UNIQUE INDEX `upload_events_owner_cursor`(`owner_id`, `owner_cursor`);

-- Numbered as they happened; within an upload always in the order of its log.
UPDATE `upload_events` AS `e`
JOIN (
    SELECT `upload_id`, `cursor`, `owner_id`,
        ROW_NUMBER() OVER (PARTITION BY `owner_id` ORDER BY `since`, `sequence`, `cursor`) AS `number`
    FROM (
        SELECT `l`.`upload_id`, `l`.`cursor`, `u`.`owner_id`, `u`.`sequence`,
            MAX(`l`.`at`) OVER (PARTITION BY `l`.`upload_id` ORDER BY `l`.`cursor`) AS `since`
        FROM `upload_events` AS `l` JOIN `uploads` AS `u` ON `u`.`id` = `l`.`upload_id`
    ) AS `dated`
) AS `n` ON `n`.`upload_id` = `e`.`upload_id` AND `n`.`cursor` = `e`.`cursor`
SET `e`.`owner_id` = `n`.`owner_id`, `e`.`owner_cursor` = `n`.`number`;

INSERT INTO `upload_owners` (`owner_id`, `last_event`)
SELECT `owner_id`, MAX(`owner_cursor`) FROM `upload_events` WHERE `owner_id` IS NOT NULL GROUP BY `owner_id`;
