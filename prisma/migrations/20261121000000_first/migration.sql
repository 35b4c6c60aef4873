-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "jobs" (
    "id" TEXT NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "github_job_id" BIGINT NOT NULL,
    "run_id" BIGINT NOT NULL,
    "run_attempt" INTEGER NOT NULL DEFAULT 1,
    "installation_id" BIGINT NOT NULL DEFAULT 0,
    "repository" TEXT NOT NULL,
    "workflow_name" TEXT,
    "name" TEXT NOT NULL,
    "labels" TEXT[],
    "branch" TEXT,
    "head_sha" TEXT,
    "event" TEXT,
    "html_url" TEXT,
    "priority" INTEGER,
    "pool" TEXT,
    "team" TEXT,
    "source" TEXT NOT NULL DEFAULT 'webhook',
    "correlation_id" TEXT NOT NULL,
    "delivery_id" TEXT,
    "status" TEXT NOT NULL DEFAULT 'queued',
    "detail" TEXT,
    "error_code" TEXT,
    "github_status" TEXT NOT NULL DEFAULT 'queued',
    "conclusion" TEXT,
    "runner_name" TEXT,
    "host_id" TEXT,
    "container_id" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "queued_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "admitted_at" TIMESTAMPTZ(3),
    "claimed_at" TIMESTAMPTZ(3),
    "minted_at" TIMESTAMPTZ(3),
    "container_started_at" TIMESTAMPTZ(3),
    "picked_up_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),
    "settled_at" TIMESTAMPTZ(3),
    "settled_sequence" BIGINT,
    "revision" BIGINT NOT NULL DEFAULT 0,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "runners" (
    "name" TEXT NOT NULL,
    "github_runner_id" BIGINT,
    "job_id" TEXT NOT NULL,
    "served_job_id" BIGINT,
    "repository_id" BIGINT NOT NULL,
    "repository" TEXT NOT NULL,
    "pool" TEXT NOT NULL,
    "host_id" TEXT,
    "container_id" TEXT,
    "exit_code" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "exited_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),
    "log_bytes" INTEGER NOT NULL DEFAULT 0,
    "log_truncated" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "runners_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "runner_log_chunks" (
    "runner_name" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "text" TEXT NOT NULL,

    CONSTRAINT "runner_log_chunks_pkey" PRIMARY KEY ("runner_name","sequence")
);

-- CreateTable
CREATE TABLE "hosts" (
    "id" TEXT NOT NULL,
    "hostname" TEXT NOT NULL,
    "labels" TEXT[],
    "pools" TEXT[],
    "capacity" INTEGER NOT NULL,
    "running" INTEGER NOT NULL DEFAULT 0,
    "reserved" INTEGER NOT NULL DEFAULT 0,
    "cpus" DOUBLE PRECISION NOT NULL,
    "memory_bytes" BIGINT NOT NULL,
    "docker_version" TEXT NOT NULL,
    "draining" BOOLEAN NOT NULL DEFAULT false,
    "registered_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "heartbeat_at" TIMESTAMPTZ(3) NOT NULL,
    "revision" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "hosts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deliveries" (
    "id" BIGSERIAL NOT NULL,
    "hook_id" TEXT NOT NULL,
    "delivery_id" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "action" TEXT,
    "installation_id" BIGINT,
    "repository_id" BIGINT,
    "repository" TEXT,
    "ref" TEXT,
    "head_commit" TEXT,
    "payload" JSONB,
    "status" TEXT NOT NULL DEFAULT 'received',
    "status_code" INTEGER,
    "error" TEXT,
    "workflow_id" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "correlation_id" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "handled_at" TIMESTAMPTZ(3),

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "principal" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "status" INTEGER,
    "body" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("principal","key")
);

-- CreateIndex
CREATE INDEX "jobs_received_at_id_idx" ON "jobs"("received_at" DESC, "id");

-- CreateIndex
CREATE INDEX "jobs_status_received_at_idx" ON "jobs"("status", "received_at" DESC);

-- CreateIndex
CREATE INDEX "jobs_repository_received_at_idx" ON "jobs"("repository", "received_at" DESC);

-- CreateIndex
CREATE INDEX "jobs_revision_idx" ON "jobs"("revision");

-- CreateIndex
CREATE INDEX "jobs_settled_sequence_idx" ON "jobs"("settled_sequence");

-- CreateIndex
CREATE INDEX "jobs_runner_name_idx" ON "jobs"("runner_name");

-- CreateIndex
CREATE UNIQUE INDEX "jobs_repository_id_github_job_id_key" ON "jobs"("repository_id", "github_job_id");

-- CreateIndex
CREATE INDEX "runners_job_id_idx" ON "runners"("job_id");

-- CreateIndex
CREATE INDEX "runners_host_id_removed_at_idx" ON "runners"("host_id", "removed_at");

-- CreateIndex
CREATE INDEX "deliveries_status_id_idx" ON "deliveries"("status", "id");

-- CreateIndex
CREATE INDEX "deliveries_received_at_idx" ON "deliveries"("received_at");

-- CreateIndex
CREATE UNIQUE INDEX "deliveries_hook_id_delivery_id_key" ON "deliveries"("hook_id", "delivery_id");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- Every change of a job or host takes the next revision and is told to whoever listens.
CREATE SEQUENCE "revisions";
CREATE SEQUENCE "settled_jobs";

CREATE FUNCTION "job_changes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.revision := nextval('revisions');
  NEW.updated_at := now();
  IF NEW.settled_at IS NULL AND NEW.status IN ('completed', 'failed', 'cancelled', 'lost', 'ignored') THEN
    NEW.settled_at := clock_timestamp();
    NEW.settled_sequence := nextval('settled_jobs');
  END IF;
  PERFORM pg_notify('runyard_changes', 'job ' || NEW.id);
  RETURN NEW;
END $$;
CREATE TRIGGER "job_changes" BEFORE INSERT OR UPDATE ON "jobs" FOR EACH ROW EXECUTE FUNCTION "job_changes"();

CREATE FUNCTION "host_changes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.revision := nextval('revisions');
  PERFORM pg_notify('runyard_changes', 'host ' || NEW.id);
  RETURN NEW;
END $$;
CREATE TRIGGER "host_changes" BEFORE INSERT OR UPDATE ON "hosts" FOR EACH ROW EXECUTE FUNCTION "host_changes"();

CREATE FUNCTION "log_changes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('runyard_logs', NEW.runner_name);
  RETURN NULL;
END $$;
CREATE TRIGGER "log_changes" AFTER INSERT ON "runner_log_chunks" FOR EACH ROW EXECUTE FUNCTION "log_changes"();
