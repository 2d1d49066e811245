#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Connections through a NAT, outward and to a name, while they live: the time granted is
# over, and rules, translation and names change.  What has a mapping keeps it.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/nat.sh"

plan 50

behind_nat
# Nothing passes, either way, but what the NAT has opened; nor does R itself answer it.
firewall R <<-END
	counter dropped {}
	chain post {
		type nat hook postrouting priority srcnat
		oifname "to-b" masquerade
	}
	chain input {
		type filter hook input priority filter
		iifname "to-b" meta l4proto { tcp, udp } counter name dropped drop
	}
	chain forward {
		type filter hook forward priority filter; policy drop
		ct state established,related accept
		counter name dropped
	}
END
rule R in to-a accept
rule R in to-b accept
give one.example.org 10.0.1.1
ctl R box set udp_timeout 4000 tcp_timeout 4000 linger 1000
granted() { tell "$1" info && [ "$(field timeout)" = "$2" ]; }	# NAME MS
no_entry() { [ "$(entry "$1" || true)" = 0 ]; }	# PATTERN

# --- the time is over -----------------------------------------------------------------------------

# Outward and to a name, UDP and TCP; all are silent at the same time.
count_box R
count_from_here A B
listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40000
ok "UDP, outward" passes client server 100
wait_for is_state client established
ok "for four seconds" granted client 4000
tell server connect 10.0.2.254 40000
ok "an answer" passes server client 100
listener inside A udp 0.0.0.0 5001 prefer
ok "UDP, to a name" reach caller udp 5001 one.example.org 40010
ok "arrives" passes caller inside 100
tell inside connect 10.0.2.2 40010
ok "an answer" passes inside caller 100
listener web B tcp 0.0.0.0 80 prefer
ok "TCP, outward" dial browser A tcp 10.0.2.2 80 require 40001
tell web accept
ok "data" exchange browser web 10k
listener home A tcp 0.0.0.0 81 prefer
ok "TCP, to a name" reach guest tcp 81 one.example.org 40011
tell home accept
ok "data" exchange guest home 10k
ok "silence: the mappings go" wait_for no_holes R
ok "also in conntrack" no_entry "sport=400[01]"
ok "counted" box_counters_are R nat-reserved=4 confirmed=4 idle=4 detached=0 unanswered=0
ok "UDP, outward: nothing comes in any more" lost server client 100 R
ok "nothing goes out" lost client server 100 R
ok "UDP, to a name: nothing comes in any more" lost caller inside 100 R
ok "nothing goes out" lost inside caller 100 R
is "the hosts have not been told" "$(state client) $(names client) $(state caller)" \
	"established 10.0.1.1,40000 10.0.2.2,5000 established"

ctl R box set udp_timeout 60000 tcp_timeout 60000
before=$(hits R dropped)
ok "TCP, outward: data all the same" exchange browser web 10k
ok "after some was dropped" more_hits R dropped "$before"
is "under the same name" "$(names web)" "10.0.2.2,80 10.0.2.254,40001"
ok "TCP, to a name: data all the same" exchange guest home 10k
ok "by the Setup, sent again, outward" counters_are A 'setup-again=>0' setup-out=2 redirect-in=2
ok "and to the name" counters_are B 'setup-again=>0' setup-out=2
ok "counted" box_counters_are R nat-reserved=6 confirmed=6 nat-clash=0 nat-redirected=2

# Of what shares a packet UDP has no mapping any more, TCP has.
quit client caller browser guest web home
ok "all are given up at once" wait_for no_holes R
tell server disconnect
tell inside disconnect
count_box R
dial client A udp 10.0.2.2 5000 require 40002
ok "UDP, outward: another Setup gets another mapping" passes client server 100
ok "UDP, to a name: the same" reach caller udp 5001 one.example.org 40012
ok "it arrives" passes caller inside 100
ok "counted" box_counters_are R nat-reserved=2 confirmed=2 nat-clash=0
quit client caller server inside
ok "given up" quiet A B
ok "and closed" wait_for no_holes R

# --- rules, translation, names ------------------------------------------------------------------------

ctl R box set tcp_timeout default
rule_id() { ctl R -j rule | value id; }	# of the first
listener server B tcp 0.0.0.0 80 prefer
listener inside A tcp 0.0.0.0 81 prefer
dial client A tcp 10.0.2.2 80 require 40020
tell server accept
reach caller tcp 81 one.example.org 40021
tell inside accept
live() { exchange client server 10k && exchange caller inside 10k; }
refused() { not connect late && [ "$(why late)" = "$1 $2" ]; }	# CODE ERRNO
count_box R
ctl R rule insert reject "closed now" >/dev/null
ok "a rule that refuses: who has a mapping keeps it" live
client late A tcp 10.0.2.2 80 require 40022
ok "others get none, outward" refused policy EACCES
quit late
ok "nor to a name" not reach late tcp 81 one.example.org 40023
is "by policy" "$(why late)" "policy EACCES"
quit late
ok "counted" box_counters_are R refused-rule=2 nat-reserved=0
ctl R rule del "$(rule_id)"

ip -n csp-R addr add 10.0.2.253/24 dev to-b
on R nft -f - <<-END
	flush chain inet test post
	add rule inet test post oifname "to-b" snat ip to 10.0.2.253
END
ok "the NAT lends another address: what it has lent stays" live
tell server use 0
dial late A tcp 10.0.2.2 80 require 40024
tell server accept
is "whoever comes now gets that" "$(names server)" "10.0.2.2,80 10.0.2.253,40024"
ok "data" exchange late server 10k
quit late
tell server use 1
ok "and the first ones go on" live

ctl R name del one.example.org
ok "the name goes: who came by it stays" live
ok "others do not come" not reach late tcp 81 one.example.org 40025
ok "counted" box_counters_are R idle=0 nat-reserved=1
quit client caller server inside late
ok "given up" quiet A B
ok "and closed" wait_for no_holes R

# --- an OK from elsewhere -----------------------------------------------------------------------

for h in A B; do deaf $h; done
cid=a1a1a1a1a1a1a1a1
ctl R box set provisional 60000
count_box R
speak A 10.0.1.1 10.0.2.2 setup xid=5 id=$cid conn=tcp,10.0.1.1,50000,10.0.2.2,99
wait_for holes_are R state provisional
say_ok() { speak "$1" 10.0.2.2 "$2" ok reply xid=5 dcid=$cid id="$3"; }	# HOST DST ID
say_ok D 10.0.2.253 e1e1e1e1e1e1e1e1
ok "from inside, an OK is not believed" wait_for box_counters_are R not-believed=1
is "the mapping is provisional" "$(holes R state)" provisional
say_ok B 10.0.2.253 b1b1b1b1b1b1b1b1
ok "from where the server is it is" wait_for holes_are R state open
ok "counted" box_counters_are R nat-reserved=1 confirmed=1 not-believed=1
