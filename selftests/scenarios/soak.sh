#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Connections come, move, ask for this and that and go, past a firewall and gateway and to
# a host with a home agent, for long: in the end the kernel holds no more than after the
# first rounds.  Half a minute here; a day, of which the machine skips what is idle:
#
#	CSP_SOAK_HOURS=24 tools/vm/run -k debug --icount -t 10000 -- \
#		bash selftests/scenarios/soak.sh
#
#	CSP_SOAK_HOURS		of the machine's own time (1/120)
#	CSP_SOAK_ROUNDS		(6)
#	CSP_SOAK_CALLS		connections a round (40)
#
# Time limit: 300
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

rounds=${CSP_SOAK_ROUNDS:-6}
calls=${CSP_SOAK_CALLS:-40}
kmemleak=/sys/kernel/debug/kmemleak
pause=$(awk -v h="${CSP_SOAK_HOURS:-0.00833}" -v n="$rounds" -v c="$calls" 'BEGIN { print h * 3600 / n / c }')

plan $((rounds + 5))

home_network 1ms
addr A:eth0 10.0.3.1/24 C
stateful_firewall R "ip protocol 253 accept" "ip6 nexthdr 253 accept"
rule R in to-a accept
rule R in to-b accept
rule R in to-h accept
ctl R gateway add to-a edge
# Half a minute is too short for the usual intervals; a day is not.
[ -n "${CSP_SOAK_HOURS-}" ] || for h in A B R H; do conf $h box_check=5 register_check=5; done
for h in A B; do conf $h multihome=1 fallback=1000; done
agent_for H B --lifetime 1m
register_with H B --lifetime 1m
ok "B registers its home address" wait_for is_registered B
on B "$lib/bustle.py" serve 81 10.0.2.2 10.0.9.9 fd00:2::2 >"$tmp/B.bustle" &
daemons+=($!)
wait_for grep -q ready "$tmp/B.bustle"

# KiB that the kernel cannot give back, and percpu memory, when nothing is under way.
held() {
	local cache
	on A ss -K >/dev/null
	on B ss -K >/dev/null
	quiet A B || return 1
	wait_for no_holes R || return 1
	echo 2 >/proc/sys/vm/drop_caches
	# KASAN keeps what was freed, a 32nd of all memory, unless caches shrink.
	for cache in /sys/kernel/slab/*/shrink; do
		[ ! -e "$cache" ] || echo 1 >"$cache" || true
	done
	awk '/^(SUnreclaim|Percpu|KernelStack):/ { n += $2 } END { print n }' /proc/meminfo
}

bustle() {
	on A "$lib/bustle.py" call 81 10.0.2.2 10.0.9.9 fd00:2::2 \
		-f 10.0.1.1 10.0.3.1 fd00:1::1 -n "$calls" -w "$pause" >"$tmp/A.bustle"
}

# On the debug kernel, a search every ten minutes would be most of a day's work: what a
# round has lost is in the kernel log after the next one.
[ ! -e $kmemleak ] || echo scan=off >$kmemleak

began=$(date +%s)
for ((i = 0; i < rounds; i++)); do
	ok "round $i" bustle
	used[i]=$(held)
	[ ! -e $kmemleak ] || echo scan >$kmemleak
	note "$(tail -n 1 "$tmp/A.bustle"); ${used[i]} KiB"
done
seconds=$(($(date +%s) - began))
note "$seconds s, $(counter A setup-out) connections, $(counter A move-out) moves"
ok "it took the time that it should" \
	[ $((seconds + 1)) -ge "$(awk -v p="$pause" -v n="$((rounds * calls))" 'BEGIN { print int(p * n) }')" ]
growth=$((used[rounds - 1] - used[rounds / 2]))
ok "the second half has left nothing: $growth KiB" [ $growth -lt 1024 ]
ok "B is registered" is_registered B
listener server B tcp 0.0.0.0 80 require
dial client A tcp 10.0.9.9 80 require
tell server accept
ok "and all is as ever" exchange client server 10k
quit client server
