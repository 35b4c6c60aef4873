-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "username" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "password_hash" TEXT,
    "password_changed_at" TIMESTAMPTZ(3),
    "role" TEXT NOT NULL,
    "scope" TEXT NOT NULL DEFAULT 'all',
    "active" BOOLEAN NOT NULL DEFAULT true,
    "issuer" TEXT,
    "subject" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_sign_in_at" TIMESTAMPTZ(3),

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "method" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL,
    "claims" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refresh_tokens" (
    "hash" TEXT NOT NULL,
    "session_id" UUID NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "refresh_tokens_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "api_tokens" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "hint" TEXT NOT NULL,
    "permissions" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in_throttles" (
    "key" TEXT NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "last_failure_at" TIMESTAMPTZ(3) NOT NULL,
    "locked_until" TIMESTAMPTZ(3),

    CONSTRAINT "sign_in_throttles_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "teams" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "repositories" TEXT[],
    "target" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "teams_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "team_members" (
    "id" UUID NOT NULL,
    "team_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "issuer" TEXT NOT NULL DEFAULT '',
    "claim" TEXT NOT NULL DEFAULT '',
    "value" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "team_members_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "label_policies" (
    "subject" TEXT NOT NULL,
    "allowed" TEXT[],
    "denied" TEXT[],
    "required" TEXT[],
    "max_runners" INTEGER,
    "max_runners_per_hour" INTEGER,
    "allow_persistent" BOOLEAN NOT NULL DEFAULT false,
    "runner_groups" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "label_policies_pkey" PRIMARY KEY ("subject")
);

-- CreateTable
CREATE TABLE "registrations" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "installation_id" BIGINT NOT NULL,
    "owner" TEXT NOT NULL,
    "owner_name" TEXT NOT NULL,
    "team" TEXT,
    "labels" TEXT[],
    "runner_group" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "ephemeral" BOOLEAN NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "detail" TEXT NOT NULL DEFAULT '',
    "github_runner_id" BIGINT,
    "flagged_at" TIMESTAMPTZ(3),
    "flag_reason" TEXT,
    "correlation_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "online_at" TIMESTAMPTZ(3),
    "offline_at" TIMESTAMPTZ(3),
    "checked_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "registrations_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_username_key" ON "users"("username");

-- CreateIndex
CREATE UNIQUE INDEX "users_issuer_subject_key" ON "users"("issuer", "subject");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");

-- CreateIndex
CREATE INDEX "refresh_tokens_session_id_idx" ON "refresh_tokens"("session_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_hash_key" ON "api_tokens"("hash");

-- CreateIndex
CREATE INDEX "api_tokens_user_id_idx" ON "api_tokens"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "teams_name_key" ON "teams"("name");

-- CreateIndex
CREATE UNIQUE INDEX "team_members_team_id_kind_issuer_claim_value_key" ON "team_members"("team_id", "kind", "issuer", "claim", "value");

-- CreateIndex
CREATE INDEX "registrations_owner_created_at_idx" ON "registrations"("owner", "created_at");

-- CreateIndex
CREATE INDEX "registrations_team_created_at_idx" ON "registrations"("team", "created_at");

-- CreateIndex
CREATE INDEX "registrations_name_idx" ON "registrations"("name");

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "team_members" ADD CONSTRAINT "team_members_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One live registration of a name in one place; GitHub compares names without case.
CREATE UNIQUE INDEX "registrations_live_name_key" ON "registrations"(lower("target"), lower("name")) WHERE "removed_at" IS NULL;

-- CreateIndex
CREATE INDEX "jobs_team_received_at_idx" ON "jobs"("team", "received_at" DESC);

-- The team whose patterns fit a repository: the one that names it, else the one with most letters
-- that are no `*`, else the first by name. The rule stands here alone, so that it can be part of the
-- statements that write jobs. Volatile: an update that had to wait for a change of teams sees it.
CREATE FUNCTION "team_of_repository"("repository" TEXT) RETURNS TEXT LANGUAGE sql VOLATILE AS $$
  SELECT teams.name FROM teams CROSS JOIN LATERAL unnest(teams.repositories) AS pattern
  -- What stands before the first `*` rules most of them out, at a fraction of the cost.
  WHERE CASE WHEN starts_with(lower(repository), lower(split_part(pattern, '*', 1)))
    THEN lower(repository) LIKE
      replace(replace(replace(replace(lower(pattern), '\', '\\'), '%', '\%'), '_', '\_'), '*', '%')
    ELSE false END
  ORDER BY strpos(pattern, '*') > 0, length(replace(pattern, '*', '')) DESC, teams.name COLLATE "C"
  LIMIT 1
$$;

CREATE FUNCTION "job_team"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.team := team_of_repository(NEW.repository);
  RETURN NEW;
END $$;
CREATE TRIGGER "job_team" BEFORE INSERT ON "jobs" FOR EACH ROW EXECUTE FUNCTION "job_team"();

-- Jobs that are over keep the team they had.
CREATE FUNCTION "team_changes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Two of these at once would lock each other's jobs.
  PERFORM pg_advisory_xact_lock(hashtext('team_of_repository'));
  UPDATE jobs SET team = resolved.team
  FROM (SELECT repository, team_of_repository(repository) AS team
    FROM (SELECT DISTINCT repository FROM jobs
      WHERE status IN ('queued', 'claimed', 'starting', 'waiting', 'running')) AS used) AS resolved
  WHERE jobs.repository = resolved.repository AND jobs.settled_at IS NULL
    AND jobs.status IN ('queued', 'claimed', 'starting', 'waiting', 'running')
    AND jobs.team IS DISTINCT FROM resolved.team;
  RETURN NULL;
END $$;
CREATE TRIGGER "team_changes" AFTER INSERT OR DELETE OR UPDATE OF "name", "repositories" ON "teams"
  FOR EACH STATEMENT EXECUTE FUNCTION "team_changes"();

-- What somebody may see may have changed: open streams look again at whom they serve.
CREATE FUNCTION "access_changes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('runyard_access', '');
  RETURN NULL;
END $$;
CREATE TRIGGER "access_changes" AFTER DELETE OR UPDATE OF "name" ON "teams"
  FOR EACH STATEMENT EXECUTE FUNCTION "access_changes"();
CREATE TRIGGER "access_changes" AFTER INSERT OR DELETE OR UPDATE ON "team_members"
  FOR EACH STATEMENT EXECUTE FUNCTION "access_changes"();
CREATE TRIGGER "access_changes" AFTER UPDATE OF "role", "scope", "active", "username", "issuer", "subject" ON "users"
  FOR EACH STATEMENT EXECUTE FUNCTION "access_changes"();
CREATE TRIGGER "access_changes" AFTER UPDATE OF "ended_at" ON "sessions"
  FOR EACH STATEMENT EXECUTE FUNCTION "access_changes"();
CREATE TRIGGER "access_changes" AFTER UPDATE OF "revoked_at" ON "api_tokens"
  FOR EACH STATEMENT EXECUTE FUNCTION "access_changes"();
CREATE TRIGGER "access_ends" AFTER DELETE ON "users"
  FOR EACH STATEMENT EXECUTE FUNCTION "access_changes"();
CREATE TRIGGER "access_ends" AFTER DELETE ON "sessions"
  FOR EACH STATEMENT EXECUTE FUNCTION "access_changes"();
CREATE TRIGGER "access_ends" AFTER DELETE ON "api_tokens"
  FOR EACH STATEMENT EXECUTE FUNCTION "access_changes"();
