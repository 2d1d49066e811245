#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A firewall sends connections to a proxy while signalling is duplicated, reordered and
# lost: each gets there, once, and says good-bye.  And the same by IPv6.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 18

routed
host P
link P:eth0 R:to-p
addr R:to-p 10.0.8.254/24
addr P:eth0 10.0.8.2/24
addr R:to-p fd00:8::fe/64
addr P:eth0 fd00:8::2/64
default_via P 10.0.8.254
default_via P fd00:8::fe
for h in A P; do conf $h udp_encap=0 default_mode=2 fallback=60000; done
stateful_firewall R
rule R in to-a proto tcp dport 81 redirect 10.0.8.2:3129
rule R in to-a proto tcp dport 82 redirect '[fd00:8::2]:3129'
rule R in to-a to 10.0.8.0/24 accept
rule R in to-a to fd00:8::/64 accept
rule R in to-a reject "not without the proxy"
ctl R box set provisional 60000

# --- bad links ------------------------------------------------------------------------------

links=(A:eth0 R:to-a R:to-p P:eth0)
n=15
sock server P python3 "$lib/many.py" listen 3129
wait_for listening P 3129

try_links() { # NAME NETEM...
	local name=$1 dev; shift
	for dev in "${links[@]}"; do delay "$dev" "$@"; done
	count_box R
	count_from_here A P
	sock clients A python3 "$lib/many.py" client
	ok "$name: $n connections to who is not there" tell clients connect 10.0.2.2 81 $n
	ok "$name: they talk, to the proxy" tell clients talk 2
	# An OK that was lost comes again; TCP does not wait for it.
	ok "$name: each was sent on" wait_for counters_are A setup-ok=$n \
		"redirect-in=>$((n - 1))" redirect-bad=0
	ok "$name: and accepted once" counters_are P setup-in=$n
	ok "$name: one pinhole each" wait_for box_counters_are R "redirected=>$((n - 1))" confirmed=$n
	quit clients
	ok "$name: both ends forget them" quiet A P
	ok "$name: and the pinholes close" wait_for no_holes R
}

try_links "duplicated and reordered" 10ms 10ms duplicate 100%
try_links lost 2ms loss 5%
ok "packets were lost" [ "$(lost_packets R:to-a)" -gt 0 ]
for dev in "${links[@]}"; do on "${dev%:*}" tc qdisc del dev "${dev#*:}" root; done
quit server

# --- IPv6 -----------------------------------------------------------------------------------

listener server P tcp :: 3129 prefer
sent_on() {
	dial client A tcp fd00:2::2 82 require 40000 && tell server accept && tell client names &&
		[ "$(field peer)" = "fd00:8::2,3129" ] && exchange client server 50k
}
ok "IPv6 is the same" sent_on
quit client server
wait_for no_holes R

# --- a copy that comes late -----------------------------------------------------------------

# Of the Setup that was redirected, after the one that followed, of the same identifier.
for h in A P; do deaf $h; done
late() { speak A 10.0.1.1 "$1" setup xid="$2" id=a1a1a1a1a1a1a1a1 "conn=tcp,10.0.1.1,5000,$1,$3"; }
late 10.0.8.2 2 3129
wait_for holes_are R state provisional
count_box R
late 10.0.2.2 1 81
ok "a late copy is sent on like the first" wait_for box_counters_are R redirected=1
is "and takes nothing away" "$(holes R state) $(holes R dst) $(holes R dport)" \
	"provisional 10.0.8.2 3129"
