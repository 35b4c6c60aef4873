-- How far the audit log was looked through for what is suspicious: one row, which whoever looks locks.
CREATE TABLE "audit_watch" (
    "id" INTEGER PRIMARY KEY DEFAULT 1 CHECK ("id" = 1),
    "sequence" BIGINT NOT NULL
);
INSERT INTO "audit_watch" ("sequence") VALUES (0);
