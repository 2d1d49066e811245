#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What X gets from a host, a home agent, a firewall and a gateway for what he sends: no
# more than three times as many bytes, a nonce for no fewer than it has, and no more
# often than reply_rate says.  Whoever forges his address finds no amplifier; neither does
# who has a token, of a gateway or for a guarded host.
#
# Time limit: 300
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 43

# shellcheck disable=SC2119 # without a delay
home_network
host X
link X:eth0 R:to-x X-R
addr R:to-x 10.0.7.254/24 R
addr R:to-x fd00:7::fe/64 R6
addr X:eth0 10.0.7.66/24
addr X:eth0 fd00:7::66/64
default_via X 10.0.7.254 fd00:7::fe
# One home address that is told, one that is hidden, one that is guarded, all of B.
for n in 4 5 6; do
	addr B:lo 10.0.9.$n/32 S$n
	ip -n csp-B addr add fd00:9::$n/128 dev lo nodad
done
for a in 0.0.0.0 fd00:2::2; do listener server B udp $a 5000 prefer; done
for a in 0.0.0.0 fd00:2::2 fd00:9::{4,5,6}; do listener tcp-server B tcp "$a" 80 prefer; done
for h in B R H; do conf $h reply_rate=1000000 udp_encap=1; done

amplify() { on X "$lib/amplify.py" eth0 10.0.7.66 10.0.2.2 10.0.7.254 "$@"; }
amplify6() { on X "$lib/amplify.py" eth0 fd00:7::66 fd00:2::2 fd00:7::fe "$@"; }
table() { # FILE
	awk -F '|' '{ printf "# %-34s %4d bytes, %4d back: %s\n", $1, $2, $3, $4 }' "$1"
}
probe() { # NAME [ARGUMENT...]
	amplify "${@:2}" >"$tmp/$1"
	amplify6 "${@:2}" >"$tmp/$1.6"
	table "$tmp/$1"
	note "by IPv6"
	table "$tmp/$1.6"
}
# Nothing gives more than it costs; a nonce, of this host or of a box, never more than once.
bounded() { # FILE [N]
	awk -F '|' -v n="${2-46}" '
		$3 > 3 * $2 || ($4 == "ACK" && $3 > $2) { print "#", $0; bad = 1 }
		END { exit bad || NR != n }' "$tmp/$1"
}
got() { grep "^$2|" "$tmp/$1" | cut -d '|' -f 4; }	# FILE REQUEST
same() { # NAME: answers by IPv6 as by IPv4
	diff <(cut -d '|' -f 1,4 "$tmp/$1") <(cut -d '|' -f 1,4 "$tmp/$1.6")
}

# --- a host ---------------------------------------------------------------------------------------

conf B cookies=0
probe host
ok "a host that is not asked for a nonce" bounded host
ok "by IPv6" bounded host.6
is "grants what it is asked" "$(got host Setup)" OK
is "refuses what it does not know" "$(got host Detach)" REJECT
is "says so again" "$(got host "Setup, answered again" | xargs)" "OK OK"
is "answers no answers, and no halves" "$(got host "OK that nobody wants") $(got host "half a message")" \
	"nothing nothing"
is "nor what only a box or an agent does" \
	"$(got host Register) $(got host "stop a flood")" "nothing nothing"
ok "most requests were answered" test "$(grep -vc nothing "$tmp/host")" -gt 25
ok "in the same way by IPv6" same host
conf B cookies=2
probe nonce
ok "a host that asks for a nonce first" bounded nonce
ok "by IPv6" bounded nonce.6
is "does so" "$(got nonce Setup) $(got nonce.6 Setup)" "ACK ACK"
is "over UDP as well" "$(got nonce "Setup .UDP.") $(got nonce.6 "Setup .UDP.")" "ACK ACK"

# --- an agent ---------------------------------------------------------------------------------------

homes() { # NET AGENT
	local agent=$2
	home=${1}4 agent_for H B
	home=${1}4 register_with H B
	home=${1}5 agent_for H B --hidden
	home=${1}5 register_with H B --hidden
	home=${1}6 agent_for H B --guard
	home=${1}6 register_with H B
}
homes 10.0.9. 10.0.8.1
homes fd00:9:: fd00:8::1
all_registered() { [ "$(ctl H -j agent | jq -r '.[].state' | xargs)" = "away away away away away away" ]; }
ok "six home addresses are registered" wait_for all_registered
token() { ctl H token new "$1" many | sed 's/^0x//'; }	# HOME
amplify homes 10.0.9.{4,5,6} "$(token 10.0.9.6)" >"$tmp/homes"
amplify6 homes fd00:9::{4,5,6} "$(token fd00:9::6)" >"$tmp/homes.6"
table "$tmp/homes"
table "$tmp/homes.6"
ok "an agent" bounded homes 24
ok "by IPv6" bounded homes.6 24
is "tells where a host is" "$(got homes "Setup: it is elsewhere")" REDIRECT
is "asks a hidden one, which tells it" "$(got homes "Setup: hidden")" REDIRECT
is "or says nothing" "$(got homes "Setup: hidden, nobody there")" nothing
is "lets nobody in without a token" "$(got homes "Setup: guarded")" REJECT
is "and who has one" "$(got homes "Setup: guarded, with its token")" REDIRECT
is "unless the host does not want it" "$(got homes "Setup: guarded, nobody there")" REJECT
is "all of it over UDP as well" "$(grep '(UDP)' "$tmp/homes" | sed 's/ (UDP)//' | cut -d '|' -f 1,4)" \
	"$(grep -v '(UDP)' "$tmp/homes" | cut -d '|' -f 1,4)"
ok "in the same way by IPv6" same homes
for a in 10.0.9.{4,5,6} fd00:9::{4,5,6}; do ctl B register del "$a"; done
wait_for empty B register

# --- boxes ----------------------------------------------------------------------------------------

conf B cookies=0
stateful_firewall R "meta l4proto 253 accept" "udp dport 4253 accept" \
	"icmp type echo-request accept"
rule R dport 81 reject "nobody has ever wanted to be asked for this, and nobody will"
rule R to 10.0.0.0/8 dport 82 redirect 10.0.2.200
rule R to fd00::/16 dport 82 redirect fd00:2::200
rule R in to-x accept
ctl R gateway add to-x edge
probe box
ok "a firewall and gateway" bounded box
ok "by IPv6" bounded box.6
is "refuses, redirects" "$(got box "Setup, refused by a rule") $(got box "Setup, redirected by a rule")" \
	"REJECT REDIRECT"
is "stops no flood without a token" "$(got box "stop a flood, at a gateway")" REJECT
ctl R box set cookies 2
probe box-nonce
ok "one that asks for a nonce first" bounded box-nonce
ok "by IPv6" bounded box-nonce.6
is "does so" "$(got box-nonce Setup) $(got box-nonce.6 Setup)" "ACK ACK"
ctl R box set cookies 0

# With the token that A's Setup had, X may have A stopped; A is told once.
ctl R gateway del to-x
ctl R gateway add to-a edge
rule R in to-a accept
capture A-R
stop() { # amplify|amplify6 TO FILE FROM
	"$1" victim >"$tmp/$3" & daemons+=($!)
	local asker=$!
	wait_for grep -q ready "$tmp/$3"
	speak A "$4" "$2" setup id=a1a1a1a1a1a1a1a1 "conn=udp,$4,7000,$2,99"
	wait "$asker" || return 1
	sed -i '/^ready/d' "$tmp/$3"
	table "$tmp/$3"
}
ok "a gateway that is shown its token" stop amplify 10.0.7.66 stop 10.0.1.1
ok "by IPv6" stop amplify6 fd00:7::66 stop.6 fd00:1::1
# What A is sent by the gateway meanwhile.
told() { # FROM TO FILE
	local sizes
	sizes=$(tcpdump -n -v -r "$tmp/A-R.pcap" "src host $1 and dst host $2" 2>/dev/null |
		grep -o 'length:\? [0-9]*)' | tr -dc '0-9\n' | xargs)
	note "A is sent $sizes bytes"
	[ -n "$sizes" ] && [ $((${sizes// /+})) -le "$(awk -F '|' '{ n += $2 } END { print n }' "$tmp/$3")" ]
}
wait_for captured_all A-R
ok "who is stopped is sent no more than it takes" told 10.0.1.254 10.0.1.1 stop
ok "by IPv6" told fd00:1::fe fd00:1::1 stop.6
ok "who asks is given no more than it takes" bounded stop 4
ok "by IPv6" bounded stop.6 4
is "it answers" "$(cut -d '|' -f 4 "$tmp/stop" | xargs)" "ACK OK ACK OK"

# --- how often --------------------------------------------------------------------------------------

# One answer a second; the rest is counted.
few() { [ "$(cut -d '|' -f 4 "$tmp/often" | wc -w)" -le 25 ]; }
often() { # NAME...: what B answers 50 of each with
	local name
	for name; do
		count_from_here B
		amplify 50 "$name" >"$tmp/often" || return 1
		few && counters_are B "rate-limited=>24" || return 1
	done
}
for h in B R H; do conf $h reply_rate=1; done
ctl R gateway del to-a
no_firewall R
ctl R box set enable 0
ok "a host: refusals are limited" often "Setup: nobody there" Change Detach "another version" \
	"unknown attribute" "Setup in another's name"
conf B cookies=2
ok "nonces are" often Setup "Setup (UDP)"
conf B cookies=0
ctl R box set enable 1 cookies 0
boxes_often() { # NAME
	count_box R
	amplify 50 "$1" >"$tmp/often"
	few && box_counters_are R "rate-limited=>24"
}
ok "a box: refusals are" boxes_often "Setup, refused by a rule"
ok "Redirects are" boxes_often "Setup, redirected by a rule"
ctl R box set cookies 2
ok "nonces are" boxes_often Setup
