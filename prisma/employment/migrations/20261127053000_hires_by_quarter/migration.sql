-- CreateTable
CREATE TABLE `hires_by_quarter` (
    `year` SMALLINT NOT NULL,
    `department_id` INTEGER NOT NULL,
    `job_id` INTEGER NOT NULL,
    `q1` INTEGER NOT NULL,
    `q2` INTEGER NOT NULL,
    `q3` INTEGER NOT NULL,
    `q4` INTEGER NOT NULL,

    INDEX `hires_by_quarter_department_id`(`department_id`),
    INDEX `hires_by_quarter_job_id`(`job_id`),
    PRIMARY KEY (`year`, `department_id`, `job_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `hire_years` (
    `year` SMALLINT NOT NULL,
    `version` BIGINT NOT NULL,

    PRIMARY KEY (`year`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- AlterTable
ALTER TABLE `data_version`
    ADD COLUMN `hires_version` BIGINT NOT NULL DEFAULT 0;

-- Before the rows are counted: a loader that commits in between raises only `version`, and the counts are then made again.
UPDATE `data_version` SET `hires_version` = `version`;

INSERT INTO `hires_by_quarter` (`year`, `department_id`, `job_id`, `q1`, `q2`, `q3`, `q4`)
SELECT YEAR(`hired_at`), `department_id`, `job_id`,
       SUM(QUARTER(`hired_at`) = 1), SUM(QUARTER(`hired_at`) = 2), SUM(QUARTER(`hired_at`) = 3), SUM(QUARTER(`hired_at`) = 4)
FROM `employees`
GROUP BY YEAR(`hired_at`), `department_id`, `job_id`;

INSERT INTO `hire_years` (`year`, `version`)
SELECT DISTINCT h.`year`, v.`hires_version` FROM `hires_by_quarter` AS h JOIN `data_version` AS v ON v.`id` = 1;
