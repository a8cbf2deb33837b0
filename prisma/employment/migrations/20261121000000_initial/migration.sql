-- CreateTable
CREATE TABLE `departments` (
    `id` INTEGER NOT NULL,
    `name` VARCHAR(255) NOT NULL,
    `sequence` BIGINT NOT NULL,
    `first_sequence` BIGINT NOT NULL,
    `upload_id` CHAR(36) NOT NULL,

    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `jobs` (
    `id` INTEGER NOT NULL,
    `name` VARCHAR(255) NOT NULL,
    `sequence` BIGINT NOT NULL,
    `first_sequence` BIGINT NOT NULL,
    `upload_id` CHAR(36) NOT NULL,

    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `employees` (
    `id` INTEGER NOT NULL,
    `name` VARCHAR(255) NOT NULL,
    `hired_at` DATETIME(3) NOT NULL,
    `department_id` INTEGER NOT NULL,
    `job_id` INTEGER NOT NULL,
    `sequence` BIGINT NOT NULL,
    `upload_id` CHAR(36) NOT NULL,

    INDEX `employees_hired_at`(`hired_at`),
    INDEX `employees_department_id`(`department_id`),
    INDEX `employees_job_id`(`job_id`),
    INDEX `employees_name`(`name`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `loads` (
    `upload_id` CHAR(36) NOT NULL,
    `uploader_id` CHAR(36) NOT NULL,
    `kind` VARCHAR(32) NOT NULL,
    `sequence` BIGINT NOT NULL,
    `state` VARCHAR(16) NOT NULL,
    `dialect` JSON NULL,
    `checkpoint` JSON NULL,
    `rows_read` INTEGER NOT NULL DEFAULT 0,
    `rows_loaded` INTEGER NOT NULL DEFAULT 0,
    `rows_rejected` INTEGER NOT NULL DEFAULT 0,
    `reasons` JSON NOT NULL,
    `failure` TEXT NULL,
    `version` BIGINT NOT NULL DEFAULT 0,
    `created_at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `updated_at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),

    UNIQUE INDEX `loads_sequence`(`sequence`),
    PRIMARY KEY (`upload_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `rejections` (
    `upload_id` CHAR(36) NOT NULL,
    `line` INTEGER NOT NULL,
    `column_name` VARCHAR(64) NULL,
    `code` VARCHAR(32) NOT NULL,
    `message` TEXT NOT NULL,
    `raw` MEDIUMTEXT NOT NULL,

    PRIMARY KEY (`upload_id`, `line`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `data_version` (
    `id` TINYINT NOT NULL,
    `version` BIGINT NOT NULL,

    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

INSERT INTO `data_version` (`id`, `version`) VALUES (1, 0);
