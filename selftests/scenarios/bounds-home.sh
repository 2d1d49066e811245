#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A home agent at its limit of tokens remembered, and a hidden host at that of Setups
# that wait to be answered.  What there is room for is refused and counted, and who comes
# later is served.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 16

home_network ''
for h in A B H; do conf $h reply_rate=1000000; done

# --- tokens that were used --------------------------------------------------------------------------

agent_for H B --guard
on H "$lib/spend.py" new 4100 10.0.9.9 >"$tmp/tokens"
is "every token is another one" "$(sort -u "$tmp/tokens" | wc -l)" 4100
spend() { on A "$lib/spend.py" show 10.0.1.1 10.0.9.9; }
count_box H
# A token is used up by being shown, wherever the host is.
is "4096 of them are remembered until they expire" "$(spend <"$tmp/tokens")" \
	"4 REJECT FULL, 4096 REJECT GONE"
ok "of more there is no room" box_counters_are H 'guard-full=>3' 'home-gone=>4095' guard-used=0 \
	guard-wrong=0 guard-asked=0
count_box H
is "a copy of a Setup is that Setup" "$(head -n 1 "$tmp/tokens" | spend)" "1 REJECT GONE"
is "another one with its token is not" \
	"$(tac "$tmp/tokens" | tail -n 2 | spend)" "2 REJECT AUTH"
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
quiet A B

# --- Setups that wait to be answered ---------------------------------------------------------------------

ctl B register del 10.0.9.9
wait_for empty B register
ctl H agent del 10.0.9.9
agent_for H B --hidden
register_with H B --hidden
wait_for is_registered B
listener server B tcp 0.0.0.0 80 require
packet=$("$lib/say.py" 10.0.1.1 10.0.9.9 setup id=fdfdfdfdfdfdfdfd conn=tcp,10.0.1.1,5000,10.0.9.9,82 \
	pubkey print)
on A "$top/build/selftests/flood" 1 0 "$packet" >"$tmp/flooded"
ok "an agent relays a Setup" wait_for counters_are B 'relay-unwanted=>0'
# They are answered by a worker, who gets no processor as long as they come.
workers=/sys/devices/virtual/workqueue/cpumask
all=$(cat $workers)
trap 'echo "$all" >$workers; clean_up' EXIT
echo 1 >$workers
count_from_here B
# A machine that is slow gives him some all the same.
too_many() {
	on A taskset -c 0 chrt -f 50 "$top/build/selftests/flood" 500 0 "$packet" >"$tmp/flooded"
	counters_are B 'relay-full=>0'
}
ok "too many at once: the host drops some" wait_for too_many
echo "$all" >$workers
ok "the others are answered" wait_for counters_are B 'relay-unwanted=>63'
ok "when they are gone a client connects" dial client A tcp 10.0.9.9 80 require
tell server accept
ok "data passes" exchange client server 1k
