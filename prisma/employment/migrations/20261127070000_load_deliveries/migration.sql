-- CreateTable
CREATE TABLE `load_deliveries` (
    `upload_id` CHAR(36) NOT NULL,
    `message_id` VARCHAR(255) NOT NULL,
    `starts` INTEGER NOT NULL,
    `progress` INTEGER NOT NULL,

    PRIMARY KEY (`upload_id`, `message_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
