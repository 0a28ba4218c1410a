#!/bin/bash
# A real Slurm on this machine for one test: its own munged, slurmctld and slurmd, every path in the test's folder.
#   slurm.sh PROGRAM STUDY FOLDER NODES PORT
# Does the study as an array of 6 shards with a node killed in the middle, again for what is missing, and merges in a job.
# Exit code 77: not possible here.
set -euo pipefail
program=$1 study=$2 folder=$3 nodes=$4 port=$5
for tool in munged slurmctld slurmd sbatch squeue scontrol sinfo; do
  command -v $tool >/dev/null || PATH=$PATH:/usr/sbin command -v $tool >/dev/null || { echo "no $tool: apt-get install slurm-wlm munge"; exit 77; }
done
PATH=$PATH:/usr/sbin
[ "$(id -u)" = 0 ] || { echo "slurmd needs root"; exit 77; }
mkdir -p "$folder"/{munge,state,log}
chmod 755 "$folder" "$folder/munge"
cd "$folder"
dd if=/dev/urandom of=munge/key bs=1 count=1024 status=none && chmod 400 munge/key
munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munge/pid" \
  --log-file="$folder/log/munged" --seed-file="$folder/munge/seed" 2>>log/start || { cat log/start log/munged; exit 77; }
host=$(hostname -s)
{
  cat <<CONF
ClusterName=spillover
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool-%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/log/slurmctld
SlurmdLogFile=$folder/log/slurmd-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=15
InactiveLimit=0
KillWait=2
CONF
  for n in $(seq "$nodes"); do
    echo "NodeName=n$n NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + n)) CPUs=2 RealMemory=1000 State=UNKNOWN"
  done
  echo "PartitionName=all Nodes=n[1-$nodes] Default=YES MaxTime=INFINITE State=UP"
} >slurm.conf
export SLURM_CONF=$folder/slurm.conf
# What this script started, and nothing else: each by its own pid.
stop() {
  scontrol shutdown >/dev/null 2>&1 || true
  sleep 1
  for file in "$folder"/slurmd-*.pid "$folder/slurmctld.pid" "$folder/munge/pid"; do
    [ -s "$file" ] && kill "$(cat "$file")" 2>/dev/null || true
  done
}
trap stop EXIT
slurmctld -i >>log/start 2>&1 || { cat log/start; exit 77; }
for n in $(seq "$nodes"); do
  mkdir -p "spool-n$n"
  slurmd -N "n$n" >>log/start 2>&1 || { cat log/start; exit 77; }
done
for _ in $(seq 60); do
  [ "$(sinfo -h -N -t idle -o %N | wc -l)" = "$nodes" ] && break
  sleep 0.5
done
[ "$(sinfo -h -N -t idle -o %N | wc -l)" = "$nodes" ] || { echo "nodes do not come up:"; sinfo; tail -5 log/*; exit 77; }

until_idle() { # seconds
  for _ in $(seq "$1"); do [ -z "$(squeue -h)" ] && return; sleep 1; done
  echo "jobs do not end:"; squeue; exit 1
}
ask=("$study" --out "$folder/out")
# The job notes its process: the test kills what it started by number and nothing else.
"$program" slurm-script "${ask[@]}" --shards 6 --mem 300 |
  sed "s|^exec spillover |echo \"\$\$ \$SLURMD_NODENAME\" >>$folder/processes; exec $program |" >job.sh
sbatch --parsable --no-requeue job.sh
last=n$nodes
# Two jobs run on each node at a time. The kill comes when each has finished a run and not yet all.
for _ in $(seq 6000); do
  [ "$(compgen -G "$folder/out/store/*.lz4" | wc -l)" -ge $((2 * nodes)) ] && break
  sleep 0.02
done
# The power of the last node fails: its daemon, its step daemons and its jobs end at once.
is_ours() { tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF "$folder/out"; }
mapfile -t jobs < <(awk -v node="$last" '$2 == node { print $1 }' processes)
for process in "${jobs[@]}"; do is_ours "$process" && kill -STOP "$process" 2>/dev/null || true; done
kill -9 "$(cat "slurmd-$last.pid")"
killed=0
for process in "${jobs[@]}"; do
  is_ours "$process" || continue # it had ended
  parent=$(awk '{print $4}' "/proc/$process/stat" 2>/dev/null) || continue
  [ "$(cat "/proc/$parent/comm" 2>/dev/null)" = slurmstepd ] && kill -9 "$parent"
  kill -9 "$process" && killed=$((killed + 1))
done
echo "killed $last with $killed jobs"
if [ "$nodes" = 1 ]; then # the only node comes back
  sleep 1
  slurmd -N "$last"
else
  scontrol update nodename="$last" state=down reason="its power failed"
fi
until_idle 600
left=$("$program" missing "${ask[@]}" --shards 6 || true)
echo "missing shards: $left"
[ -n "$left" ] || { echo "the kill came too late to matter"; exit 1; }
if [ "$nodes" = 1 ]; then
  for _ in $(seq 60); do [ -n "$(sinfo -h -N -t idle -o %N)" ] && break; sleep 0.5; done
fi
again=$(sbatch --parsable --array="$left" job.sh)
sbatch --parsable --dependency="afterany:$again" --mem=300 --output="$folder/merge.out" \
  --wrap "$program merge ${ask[*]} --quiet"
until_idle 600
"$program" status "${ask[@]}"
cat merge.out
