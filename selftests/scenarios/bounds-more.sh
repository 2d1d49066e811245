#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tables that only an administrator fills, or a peer that is who he says: cgroup rules,
# registrations, sides of a gateway, addresses that are offered, names of old paths,
# opinions of paths.  What does not fit is refused with a reason, or ignored, and what is
# there stays.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 26

two_homes
refused() { # TEXT COMMAND...
	local text=$1; shift
	! "$@" 2>"$tmp/error" && grep -q "$text" "$tmp/error"
}

# --- cgroup rules -----------------------------------------------------------------------------------

group=/sys/fs/cgroup/csp-$scenario
trap 'find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; clean_up' EXIT
mkdir "$group"
(cd "$group" && mkdir $(seq 1025))
# CSP_CMD_RULE_ADD, its path, and mode "prefer".
mapfile -t words < <(seq -f "18 1=str:/csp-$scenario/%g 2=u8:1 --" 1025 | tr ' ' '\n')
on C "$lib/genl.py" "${words[@]::${#words[@]}-1}" >"$tmp/rules"
is "1024 cgroups have a rule" "$(sort "$tmp/rules" | uniq -c | xargs)" \
	"1 ENOSPC There are 1024 cgroup rules already: no room for more 1024 ok"
is "they are shown" "$(ctl C -j cgroup | jq length)" 1024
ok "one that goes" ctl C cgroup del "/csp-$scenario/1"
ok "makes room for another" ctl C cgroup add "/csp-$scenario/1025" require
ok "and no more" refused "no room for more" ctl C cgroup add "/csp-$scenario/1" prefer

# --- registrations ----------------------------------------------------------------------------------

key=$(ctl S key standing)
for i in {1..16}; do ctl C register 10.0.2.2 --home "10.0.9.$i" --key "$key"; done
ok "a host registers 16 addresses, and no more" refused "16 registrations already" \
	ctl C register 10.0.2.2 --home 10.0.9.17 --key "$key"
is "they are shown" "$(ctl C -j register | jq length)" 16
for i in {1..16}; do ctl C register del "10.0.9.$i"; done
ok "and given up" wait_for empty C register

# --- sides of a gateway -------------------------------------------------------------------------------

for i in {1..16}; do ctl R gateway add "side$i"; done
ok "a gateway has 16 sides, and no more" refused "16 sides at most" ctl R gateway add side17
ok "one that is there gets another setting" ctl R gateway add side16 edge
is "they are shown" "$(ctl R -j gateway | jq length)" 16
for i in {1..16}; do ctl R gateway del "side$i"; done
is "and removed" "$(ctl R -j gateway | jq length)" 0

# --- addresses that a peer offers -----------------------------------------------------------------------

talk C S 10.0.2.2
for i in {11..19}; do ip -n csp-S addr add "10.0.5.$i/24" dev eth1; done
some() { [ "$(alternatives C | wc -l)" = 4 ]; }
ok "of ten others four are kept, beside that in use" wait_for some
ok "data arrives" exchange client server 10k
quit client server
ok "both ends forget the connection" quiet C S
conf S multihome=0

# --- names of old paths ---------------------------------------------------------------------------------

for i in {11..22}; do ip -n csp-C addr add "10.0.1.$i/24" dev eth0; done
conf C default_mode=2
conf S default_mode=1
sock others-server S python3 "$lib/many.py" listen 81
sock others C python3 "$lib/many.py" client
wait_for listening S 81
ok "20 connections" tell others connect 10.0.2.2 81 20
conf C max_old_paths=32
conf S max_old_paths=8
count_from_here C S
ok "move at once" ctl C flow move all to 10.0.1.11
ok "all of them" wait_for moved C 20
ok "half of max_old_paths is for one peer" counters_are C old-path-full=4
ok "there are no more than max_old_paths" counters_are S old-path-full=12
ok "data arrives" tell others talk 1
quit others others-server
ok "both ends forget the connections" quiet C S

# --- opinions of paths ----------------------------------------------------------------------------------

talk C S 10.0.2.2
count_from_here C S
told() { [ "$(since S change-in)" = "$1" ]; }	# N
for i in {12..20}; do
	ctl C flow move "$(flows C cid)" to "10.0.1.$i" && wait_for moved C $((i - 11))
	ctl C flow change "$(flows C cid)" pref low && wait_for told $((i - 11))
done
ok "of nine opinions an end keeps eight" counters_are C pref-evicted=1
ok "so does the other" wait_for counters_are S pref-evicted=1
ok "data arrives" exchange client server 10k
quit client server
ok "both ends forget the connection" quiet C S
