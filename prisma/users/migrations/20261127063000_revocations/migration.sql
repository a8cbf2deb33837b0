-- CreateTable
CREATE TABLE `revocations` (
    `subject` CHAR(36) NOT NULL,
    `revoked_before` DATETIME(3) NOT NULL,
    `expires_at` DATETIME(3) NOT NULL,

    INDEX `revocations_expires_at_idx`(`expires_at`),
    PRIMARY KEY (`subject`)
) DEFAULT CHARACTER SET utf8mb4;
