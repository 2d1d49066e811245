#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Exchange 2: UDP through a firewall that keeps an idle pinhole for 10 s, until the host
# asks for more by a Change.  Changes that are lost, repeated and late.  And the 10 s, or
# what there is by a Change: no less, and no more.  The same by IPv6.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 72

routed
for h in A B; do conf $h udp_encap=0; done
stateful_firewall R
rule R in to-a accept timeout 300s
ctl R box set linger 1000
capture A-R B-R
granted() { tell "$1" info && [ "$(field timeout)" = "$2" ]; }	# NAME MS

# --- the exchange ----------------------------------------------------------------------------

phase exchange
count_box R
count_from_here A B
listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40000
ok "the first datagram arrives" passes client server 100
wait_for is_state client established
ok "the host knows that there are 10 s" granted client 10000
is "the pinhole" "$(holes R state) $(holes R proto) $(holes R src) $(holes R granted_ms) $(holes R rule)" \
	"open udp 10.0.1.1 10000 1"
tell server connect 10.0.1.1 40000
ok "an answer" passes server client 200
ok "the program asks for 300 s" wish client 300000
ok "the host knows that it gets them" wait_for granted client 300000
ok "the pinhole has them" holes_are R granted_ms 300000
entry() { on R grep "^ipv[46].* udp .* sport=$1 dport=5000 " /proc/net/nf_conntrack; }	# PORT
seconds_left() { entry "$1" | awk '{ print $5 }'; }	# PORT
ok "so it is in conntrack" [ "$(seconds_left 40000)" -gt 200 ]
ok "datagrams go out" passes client server 300
ok "and come in" passes server client 100
ok "nothing was dropped" hits_are R dropped 0
quit client server
ok "both ends forget the connection" quiet A B
ok "and the box" wait_for no_holes R
ok "counters of the box" box_counters_are R setups=1 setup-again=0 accepted=1 provisional=1 \
	confirmed=1 changed=1 edits=2 detached=1 idle=0 less=0 not-believed=0 drops=0 unparsed=0
ok "of the client" counters_are A setup-out=1 setup-ok=1 setup-again=0 change-out=1 change-lost=0 \
	refresh-out=0 reject-in=0 detach-out=1 detach-lost=0
ok "of the server" counters_are B setup-in=1 change-in=1 change-out=0 detach-in=1
ok "messages at the client's side" expect_messages A-R@exchange <<-END
	A > B: Setup(UDP, A,40000 <-> B,5000) + UDP data 100
	B > A: OK(Timeout=10s)
	A > B: Change(UDP, A,40000 <-> B,5000, Timeout=300s)
	B > A: OK(Timeout=300s)
	A > B: Detach(UDP, A,40000 <-> B,5000)
	B > A: OK
END
ok "and at the server's" expect_messages B-R@exchange <<-END
	A > B: Setup(UDP, A,40000 <-> B,5000) + UDP data 100
	B > A: OK
	A > B: Change(UDP, A,40000 <-> B,5000, Timeout=300s)
	B > A: OK
	A > B: Detach(UDP, A,40000 <-> B,5000)
	B > A: OK
END

# --- a Change is lost ---------------------------------------------------------------------------

# Before the box and after it, one way and the other.
phase lost
listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40001
passes client server 100
wait_for is_state client established
tell server connect 10.0.1.1 40001
for h in A R B; do dropper $h prerouting -300; done
repaired() { # TEXT HOST MESSAGE MS
	drop_next "$2" "$3" >/dev/null
	count_box R
	count_from_here A
	wish client "$4"
	ok "$1: it is sent again" wait_for granted client "$4"
	ok "$1: since one was lost" hits_are "$2" "$3" 1
	is "$1: the pinhole" "$(holes R state) $(holes R granted_ms)" "open $4"
	ok "$1: the box has done it once" box_counters_are R changed=1 setups=0 not-believed=0
	ok "$1: the host as well" counters_are A change-out=1 'out-retrans=>0' change-lost=0
}
repaired "a Change, before the box" R Change 290000
repaired "a Change, after the box" B Change 280000
repaired "its OK, before the box" R OK 270000
repaired "its OK, after the box" A OK 260000
for h in A B; do no_firewall $h; done
on R nft flush chain inet test drops
ok "datagrams" passes server client 100

# A copy of the Change before the last one was long under way.
phase late
count_box R
count_from_here A B
for ms in 120000 240000; do
	wish client $ms
	wait_for granted client $ms
done
wait_for captured_all A-R
on A "$lib/forge.py" "$tmp/A-R.pcap" Change:-2
ok "a late copy: the server answers it" wait_for counters_are A 'in-unexpected=>0'
is "to the box it is over" "$(holes R granted_ms)" 240000
ok "counted" box_counters_are R changed=2 not-believed=1

phase copies
for dev in A:eth0 B:eth0; do delay $dev 1ms duplicate 100%; done
count_box R
count_from_here A B
wish client 200000
ok "a Change is there twice, its OK four times" wait_for counters_are A 'in-unexpected=>2'
ok "it is granted" granted client 200000
is "once" "$(holes R granted_ms) $(ctl R -j pinhole | values state)" "200000 open"
ok "counted" box_counters_are R changed=1 not-believed=0
for dev in A:eth0 B:eth0; do on ${dev%:*} tc qdisc del dev ${dev#*:} root; done
ok "each copy of the OK tells the same" \
	[ "$(messages -r A-R@copies | grep OK | sort -u)" = "B > A: OK(Timeout=200s)" ]
quit client server
quiet A B
wait_for no_holes R

# --- its own time -----------------------------------------------------------------------------------

now() { # in hundredths of a second
	local up
	read -r up _ </proc/uptime
	now=$((10#${up/./}))
}

# Is the entry there for S seconds from when the datagram passed, which was between the two?
lasts() { # FROM UPTO PORT S
	local looked
	while now && looked=$now && entry "$3" >/dev/null; do
		if [ "$looked" -gt $(($2 + 100 * $4 + 5)) ]; then
			note "still there after $((looked - $2)) hundredths of a second"
			return 1
		fi
		moment
	done
	now
	note "gone after $((looked - $2)) to $((now - $1)) hundredths of a second"
	[ "$now" -ge $(($1 + 100 * $4)) ]
}

count_box R
count_from_here A B
listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40002
passes client server 100
wait_for is_state client established
tell server connect 10.0.1.1 40002
ok "there are 10 s" granted client 10000
now; from=$now
ok "a datagram, the last one" passes server client 100
now; upto=$now
ok "it is open for 10 s, and no more" lasts "$from" "$upto" 40002 10
ok "nothing comes in" lost server client 100 R
ok "and nothing goes out" lost client server 100 R
ok "the box forgets it" wait_for no_holes R
ok "counted" box_counters_are R idle=1 detached=0 changed=0 unanswered=0
is "the host has not been told" "$(state client)" established
dial other A udp 10.0.2.2 5000 require 40003
tell server disconnect
ok "another Setup opens another one" passes other server 100
ok "counted" box_counters_are R setups=2 confirmed=2
quit client other server
quiet A B
wait_for no_holes R

# --- a time that was asked for, by IPv6 ---------------------------------------------------------------

phase v6
count_box R
count_from_here A B
listener server B udp :: 5000 prefer
dial client A udp fd00:2::2 5000 require 40004
ok "IPv6: the first datagram arrives" passes client server 100
wait_for is_state client established
ok "there are 10 s" granted client 10000
wish client 60000 41
ok "the program asks for a minute, and gets it" wait_for granted client 60000
is "the pinhole" "$(holes R state) $(holes R proto) $(holes R src) $(holes R granted_ms)" \
	"open udp fd00:1::1 60000"
ok "so it is in conntrack" [ "$(seconds_left 40004)" -gt 40 ]
tell server connect fd00:1::1 40004
ok "datagrams come in" passes server client 100
wish client 6000 41
ok "then for less" wait_for granted client 6000
is "the pinhole" "$(holes R state) $(holes R granted_ms)" "open 6000"
now; from=$now
ok "a datagram, the last one" passes server client 100
now; upto=$now
ok "it is open for these 6 s, and no more" lasts "$from" "$upto" 40004 6
ok "nothing comes in" lost server client 100 R
ok "the box forgets it" wait_for no_holes R
ok "counted" box_counters_are R idle=1 detached=0 changed=2 setups=1 unanswered=0
ok "of the client" counters_are A setup-out=1 change-out=2 change-lost=0
ok "messages" expect_messages A-R@v6 <<-END
	A6 > B6: Setup(UDP, A6,40004 <-> B6,5000) + UDP data 100
	B6 > A6: OK(Timeout=10s)
	A6 > B6: Change(UDP, A6,40004 <-> B6,5000, Timeout=60s)
	B6 > A6: OK(Timeout=60s)
	A6 > B6: Change(UDP, A6,40004 <-> B6,5000, Timeout=6s)
	B6 > A6: OK(Timeout=6s)
END
