-- Identifiers and keys compare byte by byte: an idempotency key in another case is another key.

CREATE TABLE `uploads` (
    `id` CHAR(36) NOT NULL,
    `sequence` BIGINT NOT NULL,
    `owner_id` CHAR(36) NOT NULL,
    `owner_email` VARCHAR(320) NOT NULL,
    `owner_name` VARCHAR(255) NOT NULL,
    `filename` VARCHAR(255) NOT NULL,
    `kind` VARCHAR(64) NOT NULL,
    `bytes` BIGINT NOT NULL,
    `sha256` CHAR(64) NOT NULL,
    `file_id` CHAR(36) NOT NULL,
    `idempotency_key` VARCHAR(255) NULL,
    `status` VARCHAR(16) NOT NULL,
    `cursor` INTEGER NOT NULL,
    `rows_read` INTEGER NOT NULL DEFAULT 0,
    `rows_loaded` INTEGER NOT NULL DEFAULT 0,
    `rows_rejected` INTEGER NOT NULL DEFAULT 0,
    `percent` DOUBLE NOT NULL DEFAULT 0,
    `failure` TEXT NULL,
    `reasons` MEDIUMTEXT NOT NULL,
    `started_at` DATETIME(3) NULL,
    `progress_at` DATETIME(3) NULL,
    `progress_events` INTEGER NOT NULL DEFAULT 0,
    `delay_message` TEXT NULL,
    `awaited_version` BIGINT NULL,
    `answered_version` BIGINT NULL,
    `created_at` DATETIME(3) NOT NULL,
    `updated_at` DATETIME(3) NOT NULL,
    `finished_at` DATETIME(3) NULL,
    `notified_at` DATETIME(3) NULL,

    UNIQUE INDEX `uploads_sequence_key`(`sequence`),
    UNIQUE INDEX `uploads_file_id_key`(`file_id`),
    UNIQUE INDEX `uploads_owner_idempotency_key`(`owner_id`, `idempotency_key`),
    INDEX `uploads_owner_sequence`(`owner_id`, `sequence`),
    INDEX `uploads_owner_status_sequence`(`owner_id`, `status`, `sequence`),
    INDEX `uploads_unfinished`(`finished_at`, `kind`, `sequence`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `upload_events` (
    `upload_id` CHAR(36) NOT NULL,
    `cursor` INTEGER NOT NULL,
    `status` VARCHAR(16) NOT NULL,
    `rows_read` INTEGER NOT NULL,
    `rows_loaded` INTEGER NOT NULL,
    `rows_rejected` INTEGER NOT NULL,
    `percent` DOUBLE NOT NULL,
    `message` TEXT NULL,
    `at` DATETIME(3) NOT NULL,

    PRIMARY KEY (`upload_id`, `cursor`),
    CONSTRAINT `upload_events_upload` FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`) ON DELETE CASCADE ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `intakes` (
    `id` CHAR(36) NOT NULL,
    `owner_id` CHAR(36) NOT NULL,
    `idempotency_key` VARCHAR(255) NULL,
    `file_id` CHAR(36) NOT NULL,
    `created_at` DATETIME(3) NOT NULL,
    `lease_until` DATETIME(3) NOT NULL,

    UNIQUE INDEX `intakes_file_id_key`(`file_id`),
    UNIQUE INDEX `intakes_owner_idempotency_key`(`owner_id`, `idempotency_key`),
    INDEX `intakes_lease_until`(`lease_until`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `outbox` (
    `id` BIGINT NOT NULL AUTO_INCREMENT,
    `message_id` CHAR(36) NOT NULL,
    `upload_id` CHAR(36) NOT NULL,
    `type` VARCHAR(100) NOT NULL,
    `routing_key` VARCHAR(255) NOT NULL,
    `body` MEDIUMTEXT NOT NULL,
    `created_at` DATETIME(3) NOT NULL,
    `claimed_until` DATETIME(3) NULL,

    UNIQUE INDEX `outbox_message_id_key`(`message_id`),
    INDEX `outbox_claimed_until`(`claimed_until`, `id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `sequences` (
    `name` VARCHAR(32) NOT NULL,
    `value` BIGINT NOT NULL,

    PRIMARY KEY (`name`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO `sequences` (`name`, `value`) VALUES ('uploads', 0);
