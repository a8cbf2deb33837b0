-- CreateTable
CREATE TABLE `deleted_files` (
    `file_id` CHAR(36) NOT NULL,
    `deleted_at` DATETIME(3) NOT NULL,

    PRIMARY KEY (`file_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- CreateTable
CREATE TABLE `audit_entries` (
    `id` BIGINT NOT NULL AUTO_INCREMENT,
    `at` DATETIME(3) NOT NULL,
    `action` VARCHAR(32) NOT NULL,
    `actor_id` CHAR(36) NOT NULL,
    `actor_email` VARCHAR(320) NOT NULL,
    `upload_id` CHAR(36) NOT NULL,
    `owner_id` CHAR(36) NOT NULL,
    `owner_email` VARCHAR(320) NOT NULL,
    `filename` VARCHAR(255) NOT NULL,
    `kind` VARCHAR(64) NOT NULL,
    `bytes` BIGINT NOT NULL,
    `sha256` CHAR(64) NOT NULL,
    `status` VARCHAR(16) NOT NULL,
    `rows_read` INTEGER NOT NULL,
    `rows_loaded` INTEGER NOT NULL,
    `rows_rejected` INTEGER NOT NULL,
    `uploaded_at` DATETIME(3) NOT NULL,

    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
