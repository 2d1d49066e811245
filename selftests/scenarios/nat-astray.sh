#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The signalling protocol has no ports: what conntrack remembers of one host's packets
# fits another's.  A NAT brings each message to the host that it is for nevertheless, and
# what its administrator does with packets on their way, to a queue in user space and
# back, does not come between.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/nat.sh"

plan 34

behind_nat
addr D:eth0 fd00:7::1/64
ip -n csp-R addr add fd00:7::fe/64 dev to-d nodad
ip -n csp-D route add default via fd00:7::fe
addr B:eth0 10.0.2.3/24 B3
nat masquerade
ctl R box set enable 1 linger 1000
capture A-R B-R D-R

# A message about a connection that nobody knows, which the NAT treats as any packet.
stray() { # FROM SRC DST
	speak "$1" "$2" "$3" detach dcid=0102030405060708 "conn=tcp,$2,1,$3,1"
}
remembered() { entry "253 .*src=$1 .*dst=$2 " >/dev/null; } # SRC DST
ends_well() {
	quit client server
	quiet A B && wait_for no_holes R
}

# --- the entry of another host inside ----------------------------------------------------------

phase inside
stray D 10.0.7.1 10.0.2.2
ok "conntrack remembers a packet of D to B" wait_for remembered 10.0.7.1 10.0.2.254
count_box R
listener server B tcp 0.0.0.0 80 prefer
ok "A connects to B" dial client A tcp 10.0.2.2 80 require 40000
tell server accept
ok "data" exchange client server 100k
ok "it ends, by itself" ends_well
ok "the answers, of which conntrack said that they were for D, got to A" \
	box_counters_are R nat-reserved=1 confirmed=1 detached=1 nat-in=2 nat-astray=2 nat-out=2
ok "all of them" expect_messages A-R@inside <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	R > A: Redirect(TCP, A:N,40000 <-> B,80, by R)
	A > B: Setup(TCP, A:N,40000 <-> B,80) + SYN
	B > A: OK(TCP, A:N,40000 <-> B,80, Timeout=7440s)
	A > B: Detach(TCP, A:N,40000 <-> B,80)
	B > A: OK
END
messages D-R@inside >"$tmp/astray"
ok "and none to D" not grep -q 'B > D: OK' "$tmp/astray"

phase inside6
stray D fd00:7::1 fd00:2::2
ok "IPv6: conntrack remembers a packet of D to B" \
	wait_for remembered fd00:0007:0000:0000:0000:0000:0000:0001 \
	fd00:0002:0000:0000:0000:0000:0000:00fe
count_box R
listener server B tcp :: 80 prefer
ok "A connects to B" dial client A tcp fd00:2::2 80 require 40000
tell server accept
ok "data" exchange client server 100k
ok "it ends, by itself" ends_well
ok "the answers got to A" box_counters_are R confirmed=1 detached=1 nat-in=2 nat-astray=2 nat-out=2

# --- the NAT's own ------------------------------------------------------------------------------

phase own
stray R 10.0.2.254 10.0.2.3
ok "conntrack remembers a packet of the NAT itself" wait_for remembered 10.0.2.254 10.0.2.3
count_box R
listener server B tcp 0.0.0.0 80 prefer
ok "A connects to where that went" dial client A tcp 10.0.2.3 80 require 40000
tell server accept
ok "data" exchange client server 100k
ok "it ends, by itself" ends_well
ok "the answers, of which conntrack said that they were for the NAT, got to A" \
	box_counters_are R confirmed=1 detached=1 nat-in=2 nat-astray=2 nat-out=2

# --- an address that nobody has ------------------------------------------------------------------

no_firewall R
nat "snat ip to 192.0.2.50"
ip -n csp-R route add blackhole 192.0.2.0/24
named 192.0.2.50 P
phase pool
count_box R
listener server B tcp 0.0.0.0 80 prefer
ok "from a pool of addresses" dial client A tcp 10.0.2.2 80 require 40001
tell server accept
is "the server knows it by one of them" "$(names server)" "10.0.2.2,80 192.0.2.50,40001"
ok "data" exchange client server 100k
ok "it ends, by itself" ends_well
ok "conntrack itself knew what to do" \
	box_counters_are R confirmed=1 detached=1 nat-in=2 nat-astray=0 nat-out=2
ok "messages at the server's side" expect_messages B-R@pool <<-END
	P > B: Setup(TCP, A:P,40001 <-> B,80) + SYN
	B > P: OK(TCP, A:P,40001 <-> B,80)
	P > B: Detach(TCP, A:P,40001 <-> B,80)
	B > P: OK
END

# --- a queue in the ruleset ------------------------------------------------------------------------

queue() { # accept|hold
	nsenter --net=/run/netns/csp-R -- "$lib/queue.py" 7 "$1" >"$tmp/queue" &
	queue=$! daemons+=($!)
	wait_for grep -q ready "$tmp/queue"
}
queued() { [ "$(grep -c packet "$tmp/queue")" -ge "$1" ]; }
end_queue() { kill $queue; wait $queue || true; }
empty_queue() { [ "$(waiting)" = 0 ]; }
# So many wait in there: queue, port, waiting.
# shellcheck disable=SC2016
waiting() { on R awk '$1 == 7 { print $3 }' /proc/net/netfilter/nfnetlink_queue; }

no_firewall R
nat masquerade "meta l4proto 253 queue num 7"
phase queue
count_box R
queue accept
listener server B tcp 0.0.0.0 80 prefer
ok "messages pass a queue in user space" dial client A tcp 10.0.2.2 80 require 40002
tell server accept
ok "data" exchange client server 100k
ok "it ends, by itself" ends_well
ok "all did, in both directions" queued 4
ok "they have their addresses nevertheless" \
	box_counters_are R confirmed=1 detached=1 nat-in='>1' nat-out='>1' not-believed=0
ok "at the server's side" expect_messages -f B-R@queue <<-END
	N > B: Setup(TCP, A:N,40002 <-> B,80) + SYN
	B > N: OK(TCP, A:N,40002 <-> B,80)
	N > B: Detach(TCP, A:N,40002 <-> B,80)
	B > N: OK
END
end_queue

# Those in the queue would come back to a module that is gone.
if [[ $(uname -r) = 6.1.* ]]; then
	skip 5 "this kernel warns of itself when a hook goes while a packet is queued"
	exit
fi
queue hold
listener server B tcp 0.0.0.0 80 prefer
client client A tcp 10.0.2.2 80 prefer
say client connect 10.0.2.2 80
ok "messages wait in the queue" wait_for queued 1
is "they are there" "$([ "$(waiting)" -gt 0 ]; echo $?)" 0
ok "the box stops meanwhile" ctl R box set enable 0
ok "the module goes" rmmod csp_mbox
kill -USR1 $queue
ok "the queue still works: messages pass" wait_for empty_queue
end_queue
quit client server
