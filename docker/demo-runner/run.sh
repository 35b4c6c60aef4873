#!/bin/sh
# The listener of the demo runner. Reads its JIT configuration as one line from standard input (or from
# ACTIONS_RUNNER_INPUT_JITCONFIG, as the official runner does), connects to the simulator, serves one
# job and ends. Exits 0 whatever the job's result, as the official runner does.
# Protocol: simulator/README.md, "The demo runner".
#
# Everything that happens is a line on descriptor 3: what the simulator says, what the worker says, and
# what ends. Descriptor 4 is what goes to the simulator; nobody else writes to it. Shell built-ins are
# preferred throughout: each process costs about a millisecond of a job.
set -u

if [ -n "${ACTIONS_RUNNER_INPUT_JITCONFIG:-}" ]; then
  configuration=$ACTIONS_RUNNER_INPUT_JITCONFIG
  unset ACTIONS_RUNNER_INPUT_JITCONFIG
else
  IFS= read -r configuration || [ -n "$configuration" ] || {
    echo 'No JIT configuration: write it as one line to standard input'
    exit 1
  }
fi
exec </dev/null
configuration=$(printf %s "$configuration" | base64 -d 2>/dev/null)

# Sets $value to a field of the configuration, which is JSON with strings alone.
field() {
  case $configuration in
  *"\"$1\":\""*) value=${configuration#*\""$1"\":\"} value=${value%%\"*} ;;
  *)
    echo "The JIT configuration has no $1: the demo runner serves the GitHub simulator only"
    exit 1
    ;;
  esac
}
field host; host=$value
field port; port=$value
field token; token=$value
configuration=

# With a read-only root /dev/shm can still be written to. `test -w` doesn't notice a read-only root.
for folder in /tmp /dev/shm; do true 2>/dev/null >"$folder/.runner-job" && break; done
for work in /home/runner/_work "$folder"; do true 2>/dev/null >"$work/.runner-job" && break; done
mkfifo -m 600 "$folder/.runner-in" "$folder/.runner-out" || exit 1
exec 3<>"$folder/.runner-in" 4<>"$folder/.runner-out"

job=        # the job that was taken
started=    # its worker was started
result=     # how it ended
step=       # process group of its step
cancelling= # it shall end early
leaving=    # no more jobs are wanted
known=      # was connected before

tell() { echo "$1" >&4; }

connect() {
  {
    # Held by the listener alone: its closing ends the connection, and nothing is kept of a broken one.
    exec 4>&-
    nc "$host" "$port" <"$folder/.runner-out" >&3 2>/dev/null
    echo lost >&3
  } &
  printf 'GET /_runner/connect HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: runner\r\nAuthorization: Bearer %s\r\nX-Job: %s\r\n\r\n' \
    "$host" "$token" "$job" >&4
}

begin() {
  started=1
  printf %b "$1" >"$folder/.runner-job"
  {
    /runner/bin/Runner.Worker "$job" "$folder" "$work" 4>&- <<END
$host
$port
$token
END
    echo "ended $?" >&3
  } &
}

# Ends the step that runs, kindly at first.
stop_step() {
  [ -n "$step" ] || return 0
  kill -TERM -- "-$step" 2>/dev/null
  { sleep 5; kill -KILL -- "-$step" 2>/dev/null; } 3>&- 4>&- &
}

cancel() {
  [ -z "$started" ] || [ -n "$cancelling" ] || {
    cancelling=1
    : >"$folder/.runner-cancel"
    stop_step
  }
}

leave() {
  [ -z "$leaving" ] || return 0
  leaving=1
  if [ -n "$started" ]; then cancel; else
    tell bye
    exec 4>&-
  fi
}
trap leave TERM INT

connect
pause=0.1
while :; do
  # A signal interrupts this with nothing read.
  read -r word id rest <&3 || continue
  case $word in
  HTTP/1.1)
    if [ "$id" != 101 ]; then
      [ -n "$result" ] || echo 'The runner registration has been deleted from the server, please re-configure.'
      exit 0
    fi
    pause=0.1
    if [ -n "$result" ]; then tell "result $job $result"
    elif [ -n "$job" ] && [ -z "$started" ]; then tell "accept $job"; fi
    [ -n "$known" ] || printf '\n√ Connected to GitHub\n\nListening for Jobs\n'
    known=1
    ;;
  job) if [ -z "$job" ] && [ -z "$leaving" ]; then job=$id; tell "accept $id"; fi ;;
  run) if [ "$id" = "$job" ] && [ -z "$started" ]; then begin "$rest"; fi ;;
  cancel) if [ "$id" = "$job" ]; then cancel; fi ;;
  revoked)
    if [ "$id" = "$job" ]; then
      if [ -n "$started" ]; then cancel; else job=; fi
    fi
    ;;
  ping) tell pong ;;
  removed)
    echo 'The runner registration has been deleted from the server, please re-configure.'
    exit 0
    ;;
  goodbye) exit 0 ;;
  step)
    # A worker's line: step <number> <state> [<process group>]
    step=${rest#* }
    [ "$step" != "$rest" ] || step=
    [ -z "$cancelling" ] || stop_step
    tell "step $job $id ${rest%% *}"
    ;;
  ended)
    case $id in
    0) result=Succeeded ;;
    2) result=Canceled ;;
    *) result=Failed; [ -z "$step" ] || kill -KILL -- "-$step" 2>/dev/null ;;
    esac
    tell "result $job $result"
    ;;
  lost)
    [ -z "$leaving" ] || [ -n "$started" ] || exit 0
    exec 4>&-
    sleep $pause
    case $pause in 0.1) pause=0.5 ;; *) pause=2 ;; esac
    exec 4<>"$folder/.runner-out"
    connect
    ;;
  esac
done
