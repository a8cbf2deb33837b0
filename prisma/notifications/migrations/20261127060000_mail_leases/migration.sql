ALTER TABLE `emails`
    ADD COLUMN `holder` CHAR(36) NULL,
    ADD COLUMN `leased_until` DATETIME(3) NULL,
    ADD COLUMN `message_type` VARCHAR(100) NULL,
    ADD COLUMN `message_body` MEDIUMTEXT NULL,
    ADD INDEX `emails_state_created_at_idx` (`state`, `created_at`);
