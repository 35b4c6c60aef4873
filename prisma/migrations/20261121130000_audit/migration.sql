-- Events as they are written, in the transaction of the change that they tell of, without any lock of
-- ours. From here they are sealed into the chain, in the order in which they are found.
CREATE TABLE "audit_pending" (
    "id" BIGSERIAL PRIMARY KEY,
    -- the event as JSON text, which is what the chain's hashes cover
    "content" TEXT NOT NULL,
    -- What can't be sealed is refused here, where the change that it tells of is undone with it.
    CONSTRAINT "audit_pending_is_event" CHECK (
        "content"::jsonb @? '$ ? (@.id like_regex "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" && @.time like_regex "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$" && @.type.type() == "string")'
        AND ("content"::jsonb ->> 'time')::timestamptz IS NOT NULL
    )
);

-- The chain. `content` is the truth; the columns after `hash` are taken from it, to filter by.
CREATE TABLE "audit_events" (
    "sequence" BIGINT PRIMARY KEY,
    "content" TEXT NOT NULL,
    -- hash of the event before; 32 zero bytes at the beginning
    "prev_hash" BYTEA NOT NULL,
    -- SHA-256 of prev_hash, sequence as 8 bytes big-endian, content as UTF-8
    "hash" BYTEA NOT NULL,
    "id" UUID NOT NULL UNIQUE,
    "time" TIMESTAMPTZ(3) NOT NULL,
    "type" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "actor_address" TEXT,
    "resource_type" TEXT,
    "resource_id" TEXT,
    "action" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "correlation_id" TEXT
);
CREATE INDEX "audit_events_time_idx" ON "audit_events" ("time");
CREATE INDEX "audit_events_type_idx" ON "audit_events" ("type", "sequence");
CREATE INDEX "audit_events_category_idx" ON "audit_events" ("category", "sequence");
CREATE INDEX "audit_events_severity_idx" ON "audit_events" ("severity", "sequence") WHERE "severity" <> 'info';
CREATE INDEX "audit_events_outcome_idx" ON "audit_events" ("outcome", "sequence") WHERE "outcome" <> 'success';
CREATE INDEX "audit_events_actor_idx" ON "audit_events" ("actor_id", "sequence");
CREATE INDEX "audit_events_resource_idx" ON "audit_events" ("resource_type", "resource_id", "sequence");
CREATE INDEX "audit_events_correlation_idx" ON "audit_events" ("correlation_id", "sequence");

-- The chain as it was at a moment, signed with a key that the database doesn't hold.
CREATE TABLE "audit_checkpoints" (
    "sequence" BIGINT PRIMARY KEY,
    "hash" BYTEA NOT NULL,
    "signed_at" TIMESTAMPTZ(3) NOT NULL,
    "key_id" TEXT NOT NULL,
    "signature" BYTEA NOT NULL
);

-- Parts of the chain that stand in archive files.
CREATE TABLE "audit_segments" (
    "first_sequence" BIGINT PRIMARY KEY,
    "last_sequence" BIGINT NOT NULL UNIQUE,
    "first_prev_hash" BYTEA NOT NULL,
    "last_hash" BYTEA NOT NULL,
    -- a name in the archive folder
    "file" TEXT NOT NULL,
    -- of the file, hex
    "sha256" TEXT NOT NULL,
    "archived_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    CHECK ("last_sequence" >= "first_sequence")
);

-- Where the chain ends, of which all may be archived.
CREATE FUNCTION "audit_head"(OUT "sequence" BIGINT, OUT "hash" BYTEA)
LANGUAGE sql STABLE AS $$
  SELECT head.sequence, head.hash FROM (
    (SELECT 1 AS rank, e.sequence, e.hash FROM audit_events e ORDER BY e.sequence DESC LIMIT 1)
    UNION ALL
    (SELECT 2, s.last_sequence, s.last_hash FROM audit_segments s ORDER BY s.last_sequence DESC LIMIT 1)
    UNION ALL
    SELECT 3, 0, decode(repeat('00', 32), 'hex')) head
  ORDER BY head.rank LIMIT 1
$$;

-- Seals up to `most` of the events that wait. One transaction at a time seals, whoever calls; those that
-- write events don't wait for it. An event whose id is in the chain was written twice, by somebody who
-- could not know that it had been written: it's left out.
-- Answers how many were taken, and where the chain then ends.
CREATE FUNCTION "audit_seal"("most" INTEGER, OUT "taken" INTEGER, OUT "sequence" BIGINT, OUT "hash" BYTEA)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  event RECORD;
  told JSONB;
  next_hash BYTEA;
BEGIN
  PERFORM pg_advisory_xact_lock(7270736901);
  SELECT head.sequence, head.hash INTO audit_seal.sequence, audit_seal.hash FROM audit_head() head;
  taken := 0;
  FOR event IN
    WITH gone AS (
      DELETE FROM audit_pending USING (
        SELECT p.id FROM audit_pending p ORDER BY p.id LIMIT most) AS next
      WHERE audit_pending.id = next.id
      RETURNING audit_pending.id, audit_pending.content)
    SELECT gone.content FROM gone ORDER BY gone.id
  LOOP
    taken := taken + 1;
    told := event.content::jsonb;
    next_hash := sha256(audit_seal.hash || int8send(audit_seal.sequence + 1) || convert_to(event.content, 'UTF8'));
    INSERT INTO audit_events (sequence, content, prev_hash, hash, id, time, type, category, severity,
      actor_kind, actor_id, actor_name, actor_address, resource_type, resource_id, action, outcome,
      correlation_id)
    VALUES (audit_seal.sequence + 1, event.content, audit_seal.hash, next_hash,
      (told ->> 'id')::uuid, (told ->> 'time')::timestamptz,
      -- an index can't hold more
      left(told ->> 'type', 500), left(coalesce(told ->> 'category', ''), 500),
      left(coalesce(told ->> 'severity', ''), 500),
      left(coalesce(told #>> '{actor,kind}', ''), 500), left(coalesce(told #>> '{actor,id}', ''), 500),
      left(coalesce(told #>> '{actor,name}', ''), 500), left(told #>> '{actor,address}', 500),
      left(told #>> '{resource,type}', 500), left(told #>> '{resource,id}', 500),
      left(coalesce(told ->> 'action', ''), 500), left(coalesce(told ->> 'outcome', ''), 500),
      left(told ->> 'correlationId', 500))
    ON CONFLICT (id) DO NOTHING;
    IF FOUND THEN
      audit_seal.sequence := audit_seal.sequence + 1;
      audit_seal.hash := next_hash;
    END IF;
  END LOOP;
END $$;

-- Removes what an archive file holds, as audit_segments says. Refuses everything else.
CREATE FUNCTION "audit_remove_segment"("first" BIGINT) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  segment audit_segments;
  before audit_segments;
  held RECORD;
BEGIN
  PERFORM pg_advisory_xact_lock(7270736901);
  SELECT * INTO segment FROM audit_segments s WHERE s.first_sequence = first;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'audit_remove_segment: no archived segment begins at %', first;
  END IF;
  SELECT count(*) AS events, min(e.sequence) AS least, max(e.time) AS latest,
    min(encode(e.prev_hash, 'hex')) FILTER (WHERE e.sequence = segment.first_sequence) AS prev_hash,
    min(encode(e.hash, 'hex')) FILTER (WHERE e.sequence = segment.last_sequence) AS hash
  INTO held FROM audit_events e WHERE e.sequence <= segment.last_sequence;
  IF held.events = 0 THEN
    RETURN 0; -- removed before
  END IF;
  SELECT * INTO before FROM audit_segments s WHERE s.last_sequence < first ORDER BY s.last_sequence DESC LIMIT 1;
  IF first <> coalesce(before.last_sequence, 0) + 1 OR held.least <> first
    OR held.prev_hash <> encode(coalesce(before.last_hash, decode(repeat('00', 32), 'hex')), 'hex') THEN
    RAISE EXCEPTION 'audit_remove_segment: the segment from % does not begin where the one before ended', first;
  END IF;
  IF held.events <> segment.last_sequence - first + 1
    OR held.prev_hash <> encode(segment.first_prev_hash, 'hex')
    OR held.hash IS DISTINCT FROM encode(segment.last_hash, 'hex') THEN
    RAISE EXCEPTION 'audit_remove_segment: the events from % are not those of the segment', first;
  END IF;
  IF NOT EXISTS (SELECT FROM audit_checkpoints c
    WHERE c.sequence = segment.last_sequence AND c.hash = segment.last_hash) THEN
    RAISE EXCEPTION 'audit_remove_segment: the segment from % does not end at a checkpoint', first;
  END IF;
  IF held.latest > now() - interval '7 days' THEN
    RAISE EXCEPTION 'audit_remove_segment: the segment from % holds events of the last seven days', first;
  END IF;
  DELETE FROM audit_events e WHERE e.sequence <= segment.last_sequence;
  DELETE FROM audit_checkpoints c WHERE c.sequence < segment.last_sequence;
  RETURN held.events;
END $$;

-- What happens to deliveries, jobs, runners and hosts is told by the tables themselves: in the
-- statement that makes it so, once for each change, and without a further round trip.

-- Category and severity are those of the catalogue (domain/audit/event-types.ts); a test compares.
CREATE FUNCTION "tell_audit"(
    told_type TEXT, told_category TEXT, told_severity TEXT, actor JSON, resource_type TEXT,
    resource_id TEXT, told_action TEXT, told_outcome TEXT, told_details JSON, correlation TEXT
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_pending (content) VALUES (json_build_object(
    'id', gen_random_uuid(),
    'time', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'type', told_type,
    'category', told_category,
    'severity', told_severity,
    'actor', actor,
    'resource', json_build_object('type', resource_type, 'id', resource_id),
    'action', told_action,
    'outcome', told_outcome,
    'details', json_strip_nulls(told_details),
    'correlationId', correlation
  )::text);
END $$;

CREATE FUNCTION "audit_actor"(kind TEXT) RETURNS json LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE kind
    WHEN 'github' THEN '{"kind":"github","id":"github","name":"GitHub","address":null}'::json
    ELSE '{"kind":"system","id":"runyard","name":"Runyard","address":null}'::json END
$$;

CREATE FUNCTION "delivery_audit"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told JSON := json_build_object('event', NEW.event, 'action', NEW.action,
    'repository', NEW.repository, 'delivery_id', NEW.delivery_id, 'workflow_id', NEW.workflow_id,
    'status_code', NEW.status_code, 'error', left(NEW.error, 500));
BEGIN
  IF NEW.status = 'failed' THEN
    PERFORM tell_audit('delivery.failed', 'system', 'warning', audit_actor('github'), 'delivery',
      NEW.id::text, 'receive', 'failure', told, NEW.correlation_id);
  ELSIF NEW.status = 'ignored' THEN
    PERFORM tell_audit('delivery.ignored', 'system', 'info', audit_actor('github'), 'delivery',
      NEW.id::text, 'receive', 'success', told, NEW.correlation_id);
  ELSE
    PERFORM tell_audit('delivery.received', 'system', 'info', audit_actor('github'), 'delivery',
      NEW.id::text, 'receive', 'success', told, NEW.correlation_id);
  END IF;
  RETURN NULL;
END $$;
-- What Runyard puts into its own inbox was told of where somebody asked for it.
CREATE TRIGGER "delivery_audit_insert" AFTER INSERT ON "deliveries" FOR EACH ROW
  WHEN (NEW.hook_id <> 'runyard') EXECUTE FUNCTION "delivery_audit"();
CREATE TRIGGER "delivery_audit_update" AFTER UPDATE OF "status" ON "deliveries" FOR EACH ROW
  WHEN (OLD.status <> NEW.status AND (OLD.status = 'failed' OR NEW.status = 'failed'))
  EXECUTE FUNCTION "delivery_audit"();

CREATE FUNCTION "job_audit"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  is_new BOOLEAN := TG_OP = 'INSERT';
  system JSON := audit_actor('system');
BEGIN
  IF NEW.status = 'queued' AND (is_new OR OLD.settled_at IS NOT NULL AND NEW.settled_at IS NULL) THEN
    PERFORM tell_audit('job.queued', 'job', 'info', system, 'job', NEW.id, 'queue', 'success',
      json_build_object('repository', NEW.repository, 'name', left(NEW.name, 200),
        'labels', NEW.labels, 'source', NEW.source), NEW.correlation_id);
  END IF;
  IF NEW.admitted_at IS NOT NULL AND (is_new OR OLD.admitted_at IS NULL) THEN
    PERFORM tell_audit('job.admitted', 'job', 'info', system, 'job', NEW.id, 'admit', 'success',
      json_build_object('pool', NEW.pool, 'priority', NEW.priority), NEW.correlation_id);
  END IF;
  IF NEW.claimed_at IS NOT NULL AND (is_new OR OLD.claimed_at IS DISTINCT FROM NEW.claimed_at) THEN
    PERFORM tell_audit('job.claimed', 'job', 'info', system, 'job', NEW.id, 'claim', 'success',
      json_build_object('host', NEW.host_id, 'launch', NEW.attempts), NEW.correlation_id);
  END IF;
  IF NEW.picked_up_at IS NOT NULL AND (is_new OR OLD.picked_up_at IS NULL) THEN
    PERFORM tell_audit('job.picked_up', 'job', 'info', system, 'job', NEW.id, 'pick_up', 'success',
      json_build_object('runner', NEW.runner_name), NEW.correlation_id);
  END IF;
  IF NEW.settled_at IS NOT NULL AND (is_new OR OLD.status <> NEW.status) THEN
    IF NEW.status = 'completed' THEN
      PERFORM tell_audit('job.completed', 'job', 'info', system, 'job', NEW.id, 'complete',
        CASE WHEN NEW.conclusion IN ('failure', 'timed_out', 'startup_failure') THEN 'failure'
          ELSE 'success' END,
        json_build_object('conclusion', NEW.conclusion, 'runner', NEW.runner_name,
          'repository', NEW.repository), NEW.correlation_id);
    ELSIF NEW.status IN ('failed', 'lost') THEN
      PERFORM tell_audit('job.' || NEW.status, 'job',
        CASE NEW.status WHEN 'lost' THEN 'warning' ELSE 'notice' END, system, 'job', NEW.id,
        CASE NEW.status WHEN 'lost' THEN 'lose' ELSE 'fail' END, 'failure',
        json_build_object('error_code', NEW.error_code, 'detail', left(NEW.detail, 500),
          'repository', NEW.repository), NEW.correlation_id);
    ELSIF NEW.status IN ('cancelled', 'ignored') THEN
      PERFORM tell_audit('job.' || NEW.status, 'job', 'info', system, 'job', NEW.id,
        CASE NEW.status WHEN 'cancelled' THEN 'cancel' ELSE 'ignore' END, 'success',
        json_build_object('detail', left(NEW.detail, 500), 'repository', NEW.repository),
        NEW.correlation_id);
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "job_audit_insert" AFTER INSERT ON "jobs" FOR EACH ROW EXECUTE FUNCTION "job_audit"();
-- Most changes of a job are none that is told of.
CREATE TRIGGER "job_audit_update" AFTER UPDATE ON "jobs" FOR EACH ROW
  WHEN ((OLD.settled_at IS NULL) <> (NEW.settled_at IS NULL)
    OR (NEW.settled_at IS NOT NULL AND OLD.status <> NEW.status)
    OR (OLD.admitted_at IS NULL AND NEW.admitted_at IS NOT NULL)
    OR (NEW.claimed_at IS NOT NULL AND OLD.claimed_at IS DISTINCT FROM NEW.claimed_at)
    OR (OLD.picked_up_at IS NULL AND NEW.picked_up_at IS NOT NULL))
  EXECUTE FUNCTION "job_audit"();

CREATE FUNCTION "runner_audit"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  is_new BOOLEAN := TG_OP = 'INSERT';
  system JSON := audit_actor('system');
  correlation TEXT := (SELECT correlation_id FROM jobs WHERE id = NEW.job_id);
BEGIN
  IF NEW.github_runner_id IS NOT NULL AND (is_new OR OLD.github_runner_id IS NULL) THEN
    PERFORM tell_audit('runner.registered', 'runner', 'info', system, 'runner', NEW.name,
      'register', 'success', json_build_object('github_runner_id', NEW.github_runner_id,
        'job', NEW.job_id, 'repository', NEW.repository, 'pool', NEW.pool), correlation);
  END IF;
  IF NEW.started_at IS NOT NULL AND (is_new OR OLD.started_at IS NULL) THEN
    PERFORM tell_audit('container.started', 'container', 'info', system, 'container', NEW.name,
      'start', 'success', json_build_object('host', NEW.host_id,
        'container_id', left(NEW.container_id, 12), 'job', NEW.job_id), correlation);
  END IF;
  IF NEW.exited_at IS NOT NULL AND (is_new OR OLD.exited_at IS NULL) THEN
    PERFORM tell_audit('container.exited', 'container', 'info', system, 'container', NEW.name,
      'exit', CASE NEW.exit_code WHEN 0 THEN 'success' ELSE 'failure' END,
      json_build_object('host', NEW.host_id, 'exit_code', NEW.exit_code, 'job', NEW.job_id),
      correlation);
  END IF;
  IF NEW.removed_at IS NOT NULL AND (is_new OR OLD.removed_at IS NULL) THEN
    PERFORM tell_audit('runner.removed', 'runner', 'info', system, 'runner', NEW.name, 'remove',
      'success', json_build_object('host', NEW.host_id, 'job', NEW.job_id), correlation);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "runner_audit_insert" AFTER INSERT ON "runners" FOR EACH ROW
  EXECUTE FUNCTION "runner_audit"();
-- Output and the served job change a runner far more often than what is told of.
CREATE TRIGGER "runner_audit_update" AFTER UPDATE ON "runners" FOR EACH ROW
  WHEN (OLD.github_runner_id IS DISTINCT FROM NEW.github_runner_id
    OR OLD.started_at IS DISTINCT FROM NEW.started_at
    OR OLD.exited_at IS DISTINCT FROM NEW.exited_at
    OR OLD.removed_at IS DISTINCT FROM NEW.removed_at)
  EXECUTE FUNCTION "runner_audit"();

CREATE FUNCTION "host_audit"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_audit('host.registered', 'system', 'notice', audit_actor('system'), 'host', NEW.id,
    'register', 'success', json_build_object('hostname', NEW.hostname, 'pools', NEW.pools,
      'capacity', NEW.capacity), NULL);
  RETURN NULL;
END $$;
CREATE TRIGGER "host_audit_insert" AFTER INSERT ON "hosts" FOR EACH ROW EXECUTE FUNCTION "host_audit"();
-- Its worker was started anew.
CREATE TRIGGER "host_audit_update" AFTER UPDATE ON "hosts" FOR EACH ROW
  WHEN (OLD.started_at <> NEW.started_at) EXECUTE FUNCTION "host_audit"();

-- The role under which Runyard's processes work: it may do everything but change what the audit log
-- says. Safe to call again, by the owner; called at each start, in case the role can be made only now.
-- Roles belong to the whole server: another database may have made it, or be making it in this moment.
CREATE FUNCTION "grant_application_role"() RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'runyard_application') THEN
    BEGIN
      CREATE ROLE runyard_application NOLOGIN;
    EXCEPTION
      WHEN duplicate_object OR unique_violation THEN
        NULL;
      WHEN insufficient_privilege THEN
        RAISE NOTICE 'The role runyard_application could not be made, so the database itself does not keep Runyard from changing its audit log. Have an administrator run: CREATE ROLE runyard_application NOLOGIN ROLE %', quote_ident(current_user);
        RETURN;
    END;
  END IF;
  IF has_table_privilege('runyard_application', 'audit_events', 'SELECT') THEN
    RETURN;
  END IF;
  -- For those who have one login for everything: it then works as this role.
  BEGIN
    EXECUTE format('GRANT runyard_application TO %I', current_user);
  EXCEPTION
    WHEN insufficient_privilege OR invalid_grant_operation THEN
      NULL;
  END;
  GRANT USAGE ON SCHEMA public TO runyard_application;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO runyard_application;
  GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO runyard_application;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO runyard_application;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO runyard_application;
  REVOKE UPDATE, DELETE ON audit_pending, audit_checkpoints, audit_segments FROM runyard_application;
  REVOKE INSERT, UPDATE, DELETE ON audit_events FROM runyard_application;
  IF to_regclass('_prisma_migrations') IS NOT NULL THEN
    REVOKE INSERT, UPDATE, DELETE ON _prisma_migrations FROM runyard_application;
  END IF;
  GRANT EXECUTE ON FUNCTION audit_seal, audit_remove_segment TO runyard_application;
END $$;
REVOKE EXECUTE ON FUNCTION "audit_seal", "audit_remove_segment", "grant_application_role" FROM PUBLIC;
SELECT grant_application_role();
