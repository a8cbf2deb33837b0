CREATE TABLE `emails` (
    `upload_id` CHAR(36) NOT NULL,
    `recipient` VARCHAR(320) NOT NULL,
    `message_id` VARCHAR(255) NOT NULL,
    `state` VARCHAR(16) NOT NULL,
    `refusal` TEXT NULL,
    `created_at` DATETIME(3) NOT NULL,
    `sent_at` DATETIME(3) NULL,

    PRIMARY KEY (`upload_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
