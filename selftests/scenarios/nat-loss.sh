#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A NAT on a path that loses, repeats and reorders.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/nat.sh"

plan 9

behind_nat

nat masquerade
ctl R box set enable 1
capture A-R B-R
count_box R
count_from_here A B
for end in A:eth0 R:to-a R:to-b B:eth0; do
	delay $end 3ms loss 10% duplicate 50% reorder 20%
done
listener server B tcp 0.0.0.0 80 prefer
for i in 1 2 3 4; do
	dial client A tcp 10.0.2.2 80 require $((41000 + i))
	tell server accept
	exchange client server 20k
	is "connection $i over a bad path" "$(names server)" \
		"10.0.2.2,80 10.0.2.254,$((41000 + i))"
	quit client
	tell server close
	tell server use 0
done
quit server
ok "all of them end" quiet A B
ok "with their mappings" wait_for no_holes R
ok "of which there was one each" box_counters_are R nat-reserved=4 nat-clash=0
is_bad_path
