#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A thousand connections of one host move at once, while they talk; each survives.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 11

n=1000
routed 5ms
conf A default_mode=1
conf B default_mode=1
# sock() starts these with its own helper's name as a further argument.
sock server B python3 "$lib/many.py" listen 80
sock clients A python3 "$lib/many.py" client
wait_for listening B 80
ok "$n connections" tell clients connect 10.0.2.2 80 $n
is "all are signalled" "$(counter A setup-ok) $(counter B setup-in)" "$n $n"
ok "they talk" tell clients talk 1

say clients talk 4
roam A:eth0 10.0.3.1/24 10.0.3.254
ok "all move" wait_for moved A $n
ok "what they said was heard and answered" hear clients
tell clients where
is "all are at the new place" "$(field where)" "10.0.3.1 $n"
ok "each has proved its address" wait_for validated B $n
ok "counters of the client" counters_are A move-out=$n move-ok=$n dh=1 \
	move-timeout=0 attach-bad-mac=0 held-drop=0
ok "counters of the server" counters_are B move-in=$n dh=1 attach-bad-mac=0 \
	attach-replay=0 attach-no-conn=0
quit clients
ok "the client forgets them" quiet A
ok "and the server" quiet B
