#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A home agent at its limit of tokens remembered, and a hidden host at that of Setups
# that wait to be answered.  One source fills half of either, and others have room; what
# there is no room for is refused and counted, and who comes later is served.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"
. "$(dirname "$0")/../lib/workers.sh"

plan 26

home_network ''
for h in A B H; do conf $h reply_rate=1000000; done

# --- tokens that were used --------------------------------------------------------------------------

agent_for H B --guard
for n in {11..15}; do ip -n csp-A addr add "10.0.1.$n/24" dev eth0; done
on H "$lib/spend.py" new 4100 10.0.9.9 >"$tmp/tokens"
is "every token is another one" "$(sort -u "$tmp/tokens" | wc -l)" 4100
# What is on standard input.
spend() { on A "$lib/spend.py" show 10.0.9.9 "$@"; }	# SOURCE N [SOURCE N]...
tokens() { sed -n "$1,$(($1 + $2 - 1))p" "$tmp/tokens"; }	# FIRST N
shown() {
	tokens 1 2052
	# That for which there was no room is good still.
	for n in 2049 2561 3073 3585; do tokens $n 516; done
	tokens 4097 4
}
count_box H
# A token is used up by being shown, wherever the host is.
mapfile -t spent < <(shown | spend 10.0.1.1 2052 10.0.1.11 516 10.0.1.12 516 10.0.1.13 516 \
	10.0.1.14 516 10.0.1.15 4)
is "one source uses half of what can be remembered" "${spent[0]-}" "4 REJECT FULL, 2048 REJECT GONE"
for n in 1 2 3 4; do
	is "another one an eighth, $n" "${spent[n]-}" "4 REJECT FULL, 512 REJECT GONE"
done
is "of 4096 all are remembered until they expire: of more there is no room" "${spent[5]-}" \
	"4 REJECT FULL"
ok "which is counted" box_counters_are H 'guard-full=>23' 'home-gone=>4095' guard-used=0 \
	guard-wrong=0 guard-asked=0
count_box H
mapfile -t spent < <({ tokens 1 1; tokens 1 2 | tac; } | spend 10.0.1.1 1 10.0.1.1 2)
is "a copy of a Setup is that Setup" "${spent[0]-}" "1 REJECT GONE"
is "another one with its token is not" "${spent[1]-}" "2 REJECT AUTH"
ok "that is known of those remembered" box_counters_are H guard-used=2 guard-full=0

register_with H B
ok "the host registers" wait_for is_registered B
listener server B tcp 0.0.0.0 80 require
call() { # TOKEN
	client client A tcp 10.0.9.9 80 require
	tell client setopt 0 2534 "${1#0x}"
	connect client
}
ok "one that is good once: no room" not call "$(ctl H token new 10.0.9.9)"
tell client reject
is "the client is told" "$(field code) $(field text)" "full too many tokens were used"
quit client
ok "one that is good for many needs none" call "$(ctl H token new 10.0.9.9 many)"
tell server accept
ok "data passes" exchange client server 1k
quit client server
listener server B tcp 0.0.0.0 80 require
now=$(date +%s)
date -s "@$((now + 7200))" >/dev/null
ok "when they have expired there is room" call "$(ctl H token new 10.0.9.9)"
date -s "@$now" >/dev/null
quit client server
quiet A B

# --- Setups that wait to be answered ---------------------------------------------------------------------

ctl B register del 10.0.9.9
wait_for empty B register
ctl H agent del 10.0.9.9
agent_for H B --hidden
register_with H B --hidden
home=fd00:9::9 agent_for H B --hidden
home=fd00:9::9 agent=fd00:8::1 register_with H B --hidden
wait_for both_registered B
listener server B tcp 0.0.0.0 80 require
# For a port that nobody serves.
to=10.0.9.9
unwanted() { on A "$lib/spend.py" send "$to" tcp 82 "$@"; }	# SOURCE N [SOURCE N]...
unwanted 10.0.1.1 1
ok "an agent relays a Setup" wait_for counters_are B 'relay-unwanted=>0'
# They are answered by a worker, who gets no processor as long as they come, be it by way of
# ksoftirqd.
softirqs=$(pgrep -x ksoftirqd/0)
as_it_was() { workers_go; chrt -o -p 0 "$softirqs"; }
workers_wait
trap 'as_it_was; clean_up' EXIT
chrt -f -p 50 "$softirqs"
all_looked_at() { [ "$(since B relay-in)" = $(($(since B relay-full) + $(since B relay-unwanted))) ]; }
# A machine that is slow gives him some all the same: then more have room.
at_once() { # N SOURCE COUNT [SOURCE COUNT]...: so many have room
	count_from_here B
	unwanted "${@:2}"
	wait_for all_looked_at
	counters_are B "relay-unwanted=$1" 'relay-full=>0'
}
one=(10.0.1.1 40) others=(10.0.1.12 10 10.0.1.13 10 10.0.1.14 10)
ok "of one source half of what can wait does, the rest is dropped" \
	wait_for -t 90 at_once 32 "${one[@]}"
ok "of another one an eighth" wait_for -t 90 at_once 40 "${one[@]}" 10.0.1.11 10
ok "of all what there is room for" \
	wait_for -t 90 at_once 64 "${one[@]}" 10.0.1.11 10 "${others[@]}" 10.0.1.15 1
# Who has an address of a /64 has all of it.
to=fd00:9::9 one=(fd00:1::1 20 fd00:1::2 20)
others=(fd00:1:0:12::1 10 fd00:1:0:13::1 10 fd00:1:0:14::1 10)
ok "by IPv6 a source is a /64" wait_for -t 90 at_once 32 "${one[@]}"
ok "of another one an eighth" wait_for -t 90 at_once 40 "${one[@]}" fd00:1:0:11::1 5 fd00:1:0:11::2 5
ok "of all what there is room for" \
	wait_for -t 90 at_once 64 "${one[@]}" fd00:1:0:11::1 10 "${others[@]}" fd00:1:0:15::1 1
as_it_was
ok "when they are gone a client connects" dial client A tcp 10.0.9.9 80 require
tell server accept
ok "data passes" exchange client server 1k
