-- What happens to deliveries, jobs, runners and hosts is told by the tables themselves: in the
-- statement that makes it so, once for each change, and without a further round trip.

-- Category and severity are those of the catalogue (domain/audit/event-types.ts); a test compares.
CREATE FUNCTION "tell_audit"(
    told_type TEXT, told_category TEXT, told_severity TEXT, actor JSON, resource_type TEXT,
    resource_id TEXT, told_action TEXT, told_outcome TEXT, told_details JSON, correlation TEXT
) RETURNS void LANGUAGE sql AS $$
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
  )::text)
$$;

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
CREATE TRIGGER "job_audit" AFTER INSERT OR UPDATE ON "jobs" FOR EACH ROW EXECUTE FUNCTION "job_audit"();

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
