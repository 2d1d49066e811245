#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A box has whoever sends a Setup echo a nonce, and keeps nothing before: forged Setups,
# however many, leave nothing behind and do not reach the server; those of real clients
# do.  By IPv6, too, from addresses of many /64s.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/flood.sh"

plan 36

routed
host C
link C:eth0 R:to-c
addr R:to-c 10.0.9.254/24
addr R:to-c fd00:9::fe/64
addr C:eth0 10.0.9.1/24
addr C:eth0 fd00:9::1/64
default_via C 10.0.9.254 fd00:9::fe
# Answers to those who do not exist go that way, too.
ip -n csp-R route add 10.9.0.0/16 via 10.0.9.1
ip -n csp-R route add fd09::/48 via fd00:9::1
for h in A B; do conf $h udp_encap=0; done
stateful_firewall R
rule R proto tcp dport 80 accept
rule R proto udp accept
ctl R box set cookies 2
listener server B tcp 0.0.0.0 80 prefer
listener server6 B tcp fd00:2::2 80 prefer
listener udp-server B udp 0.0.0.0 5000 prefer
capture A-R B-R

# --- as it should be --------------------------------------------------------------------------

phase tcp
count_box R
count_from_here A B
ok "a client connects" dial client A tcp 10.0.2.2 80 require 40000
tell server accept
ok "data" exchange client server 10k
ok "it was asked once" box_counters_are R cookie-out=1 cookie-ok=1 cookie-bad=0 accepted=1
ok "and the server asked nothing" counters_are B cookie-out=0 cookie-bad=0 piggyback-in=1
quit client
tell server close
quiet A B
ok "messages at the client's side" expect_messages -r A-R@tcp <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	10.0.1.254 > A: Ack + Nonce
	A > B: Setup(TCP, A,40000 <-> B,80) + Nonce echo + SYN [retransmission 1]
	B > A: OK(Timeout=7440s)
	A > B: Detach(TCP, A,40000 <-> B,80)
	B > A: OK
END
ok "at the server's the echo is gone" expect_messages -r B-R@tcp <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN [retransmission 1]
	B > A: OK
	A > B: Detach(TCP, A,40000 <-> B,80)
	B > A: OK
END
wait_for no_holes R

# A second box, or the server itself, may ask as well.
phase both
conf B cookies=2
count_box R
count_from_here A B
ok "the server asks, too" dial client A tcp 10.0.2.2 80 require 40001
tell server accept
ok "each once" box_counters_are R cookie-out=1 cookie-ok=1 cookie-bad=0 setup-again=1
ok "and is answered" counters_are B cookie-out=1 cookie-ok=1 cookie-bad=0
quit client
tell server close
quiet A B
conf B cookies=1

# --- forged echoes, and old ones -----------------------------------------------------------------

ip -n csp-A addr add 10.0.1.7/24 dev eth0
conf R cookie_lifetime=6
count_box R
on A "$lib/echo.py" 10.0.1.1 10.0.1.7 10.0.2.2 5000 >"$tmp/answers" || note "echo.py failed"
cat >"$tmp/wanted" <<-END
	nothing echoed: ACK
	something else: ACK
	more than that: ACK
	that of another connection: ACK
	that of another source: ACK
	the nonce: OK
	one of the former secret: OK
	one of the secret before that: ACK
END
ok "which echoes are accepted" diff "$tmp/wanted" "$tmp/answers"
ok "the others are counted" box_counters_are R cookie-ok=2 cookie-bad=5 accepted=2
conf R cookie_lifetime=64

# --- a flood ------------------------------------------------------------------------------------

forged_syn() { forged_setup "$1" "$2" tcp 80 syn=65278,80; }	# FORGED DST
tracked() { on R cat /proc/sys/net/netfilter/nf_conntrack_count; }
asked() { echo $(($(box_counter R cookie-out) + $(box_counter R rate-limited))); }
forged() { on R grep -c "src=$1" /proc/net/nf_conntrack || true; }	# PREFIX

flooded() { # COUNT BITS FORGED PREFIX SERVER DST
	local packet before had sent
	packet=$(forged_syn "$3" "$6")
	count_box R
	flood C 200 "$2" "$packet"	# warm, and one's ARP
	wait "$flood_pid"
	wait_for box_counters_are R cookie-out=">190"
	count_box R
	count_from_here A B
	before=$(unreclaimable) had=$(asked)
	under_flood C "$1" "$2" "$packet" clients 10 "$5" "$6"
	ok "all forged Setups were judged" wait_for box_counters_are R setups=">$((sent + 19))"
	ok "each asker was asked, or asked too often" \
		[ $(($(asked) - had)) -ge "$sent" ]
	ok "none has a pinhole" box_counters_are R accepted=10 provisional=10 cookie-ok=10 \
		cookie-bad=0 refused-full=0
	ok "the server has heard nothing of them" \
		counters_are B setup-in=10 cookie-out=0 in-malformed=0
	ok "memory does not grow" [ $(($(unreclaimable) - before)) -lt 1024 ]
	note "slab grew by $(($(unreclaimable) - before)) KiB, conntrack has $(tracked) entries"
	is "nor does conntrack's table" "$(forged "$4")" 0
	wait_for no_holes R
	is "no pinhole is left, and nothing waits for one" \
		"$(box_counter R pinholes) $(box_counter R waiting)" "0 0"
}
flooded 20000 16 10.9.0.0 '10\.9\.' server 10.0.2.2
note "by IPv6"
flooded 5000 80 fd09:: fd09: server6 fd00:2::2

# --- Setups that no rule speaks of ------------------------------------------------------------------

ctl R rule flush >/dev/null
no_firewall R
stateful_firewall R "iifname to-a accept"
count_box R
count_from_here B
flood C 2000 16 "$(forged_syn 10.9.0.0 10.0.2.2)"
wait "$flood_pid"
ok "without a rule: what they carry makes no conntrack entries" wait_for box_counters_are R \
	setups=2000 setup-ruleset=0
ok "a client connects" clients 1 server 10.0.2.2
ok "counted" box_counters_are R setup-ruleset=1 cookie-ok=1
ctl R box set cookies 0
count_box R
ok "switched off" clients 1 server 10.0.2.2
ok "nobody is asked" box_counters_are R cookie-out=0 setup-ruleset=1
