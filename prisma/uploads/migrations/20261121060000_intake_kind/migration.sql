-- Null for an intake that was open when this was applied.
ALTER TABLE `intakes` ADD COLUMN `kind` VARCHAR(64) NULL;
