#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A gateway with no room for more blocks: no victim fills its table alone, the newest is
# refused and told why, what is there stays, is renewed and removed.  And a host that asks
# for many: what floods it by itself leaves room for what its administrator asks for.
#
# Time limit: 300
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/gateway.sh"

plan 28

gateways
ctl G gateway add to-a edge
# Those who flood: all of 10.16.0.0/12, at A.
ip -n csp-G route add 10.16.0.0/12 via 10.0.1.1
ip -n csp-H route add 10.16.0.0/12 via 10.0.8.1
for h in A G H S T; do conf $h reply_rate=1000000; done
ctl G box set max_blocks 32
victims=(10.0.2.2 10.0.2.3 10.0.2.4 10.0.2.5 10.0.2.6 10.0.2.7)
for v in "${victims[@]:1}"; do ip -n csp-S addr add "$v/24" dev eth0; done

setup() { # TO [FROM]
	"$lib/say.py" "${2-10.16.0.0}" "$1" setup conn="udp,${2-10.16.0.0},65278,$1,5000" \
		id=fdfdfdfdfdfdfdfd timeout=0 print
}
flood() { on A "$top/build/selftests/flood" "$@" >/dev/null; }	# N BITS PACKET
refused() { grep -c "^$1 REJECT FULL no room for more blocks" "$tmp/answers" || true; }	# VICTIM
granted() { grep -c "^$1 OK" "$tmp/answers" || true; }	# VICTIM
n_stopped() { [ "$(stopped G | wc -l)" = "$1" ]; }	# N
count_next() { [ "$(grep -c next "$tmp/answers")" = "$1" ]; }

# --- the table of a gateway -------------------------------------------------------------------------

listener server T udp 0.0.0.0 5000 prefer
dial client A udp 10.0.3.3 5000 require 40000
ok "somebody else's connection" passes client server 100
count_box G
on S "$lib/crowd.py" 10.0.8.1 20 "${victims[@]}" >"$tmp/answers" 2>&1 &
daemons+=($!)
wait_for grep -q ready "$tmp/answers"
n=0
for v in "${victims[@]}"; do
	n=$((n + 1))
	flood 20 20 "$(setup "$v")"
	wait_for count_next $n
done
uniq -c "$tmp/answers" | sed 's/^/# /'
is "one victim gets half of the table" "$(granted 10.0.2.2) $(refused 10.0.2.2)" "16 4"
is "another an eighth" "$(granted 10.0.2.3) $(refused 10.0.2.3)" "4 16"
is "each" "$(granted 10.0.2.4) $(granted 10.0.2.5) $(granted 10.0.2.6)" "4 4 4"
is "until there is no room" "$(granted 10.0.2.7) $(refused 10.0.2.7)" "0 20"
ok "all are seen" n_stopped 32
ok "and what was refused is counted" box_counters_are G blocked=32 block-full=88 block-auth=0 \
	block-mismatch=0
ok "who is not blocked is not disturbed" passes client server 100

read -r from to _ <<<"$(stopped G | grep ' 10.0.2.2 ' | head -n 1)"
count_box G
flood 3 0 "$(setup "$to" "$from")"
ok "a block in a full table drops" wait_for box_counters_are G block-drops=3
ok "it is removed by name" ctl G gateway unblock "$from" "$to"
ok "which makes room" n_stopped 31
on S "$lib/crowd.py" 10.0.8.1 2 10.0.2.7 >"$tmp/answers" 2>&1 &
daemons+=($!)
wait_for grep -q ready "$tmp/answers"
flood 2 20 "$(setup 10.0.2.7)"
wait_for count_next 1
is "for one" "$(granted 10.0.2.7) $(refused 10.0.2.7)" "1 1"
ok "and no more" n_stopped 32

# A host that asks is told as well, and finds the next gateway.
listener s-server S udp 0.0.0.0 5000 prefer
dial s-client A udp 10.0.2.2 5000 require 42000
ok "a connection to a victim" passes s-client s-server 100
count_from_here S
ctl S block add 10.0.1.1
ok "its host asks, in vain" wait_for asked_is state refused
is "and knows why" "$(ctl S -j block | jq -r '.[0].error')" full
ok "counted" counters_are S flood-refused=1 flood-ok=0
ctl S block del 10.0.1.1
ok "all at once" ctl G gateway unblock all
ok "are gone" n_stopped 0
ctl S block add 10.0.1.1
ok "now there is room" wait_for asked_is state blocked
ctl S block del 10.0.1.1
wait_for nothing_asked

# --- what a host asks for ------------------------------------------------------------------------------

conf S max_blocks=4 flood_rate=1
count_from_here S
for i in 1 2 3 4; do flood 30 0 "$(setup 10.0.2.2 10.16.0.$i)"; done
ok "what floods a listener takes half of what a host may ask for" \
	wait_for counters_are S "flood-full=>0" flood-ok=2
is "no more" "$(ctl S -j block | jq length)" 2
ok "the other half is for commands" ctl S block add 10.0.1.1
ok "of any kind" ctl S block add 10.0.1.1 proto udp
ok "but there is an end" not ctl S block add 10.0.1.1 proto tcp 2>"$tmp/error"
ok "which is explained" grep -q 'max_blocks are there already' "$tmp/error"
ok "all that was asked for is done" wait_for counters_are S flood-ok=4
is "and seen" "$(ctl S -j block | jq -r '.[].state' | sort | uniq -c | xargs)" "4 blocked"
