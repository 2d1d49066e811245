#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What X gets from a host, a home agent, a firewall and a gateway for what he sends: no
# more than three times as many bytes, a nonce for no fewer than it has, and no more
# often than reply_rate says.  Whoever forges his address finds no amplifier; neither does
# who has a token, of a gateway or for a guarded host, or has recorded how a host registers.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 80

# shellcheck disable=SC2119 # without a delay
home_network
host X
link X:eth0 R:to-x X-R
addr R:to-x 10.0.7.254/24 R
addr R:to-x fd00:7::fe/64 R6
addr X:eth0 10.0.7.66/24
addr X:eth0 fd00:7::66/64
addr X:eth0 10.0.7.67/24 X2
addr X:eth0 fd00:7::67/64 X26
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
# Who answers everything himself: an agent, a gateway.
of() { on "$1" "$lib/amplify.py" eth0 "$2" "$3" "$3" "${@:4}"; } # HOST OWN AGENT|GATEWAY ...
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

agent_at() { if [[ $1 = *:* ]]; then echo fd00:8::1; else echo 10.0.8.1; fi; } # NET
homes() { # NET COMMAND [--hidden --guard]
	local agent
	agent=$(agent_at "$1")
	home=${1}4 "$2" H B
	home=${1}5 "$2" H B "${@:3:1}"
	home=${1}6 "$2" H B "${@:4:1}"
}
nets=(10.0.9. fd00:9::)
for n in "${nets[@]}"; do homes "$n" agent_for --hidden --guard; done
token() { ctl H token new "$1" many | sed 's/^0x//'; }	# HOME
of X 10.0.7.66 10.0.8.1 gone 10.0.9.{4,5,6} "$(token 10.0.9.6)" >"$tmp/gone"
of X fd00:7::66 fd00:8::1 gone fd00:9::{4,5,6} "$(token fd00:9::6)" >"$tmp/gone.6"
table "$tmp/gone"
table "$tmp/gone.6"
ok "an agent of which no host is registered" bounded gone 30
ok "by IPv6" bounded gone.6 30
is "says so" "$(got gone "Setup: it is elsewhere") $(got gone "Setup: hidden") $(got gone \
	"Detach, Attach")" "REJECT REJECT REJECT"
ok "in the same way by IPv6" same gone
for n in "${nets[@]}"; do homes "$n" register_with; done
all_registered() { [ "$(ctl H -j agent | jq -r '.[].state' | xargs)" = "away away away away away away" ]; }
ok "six home addresses are registered" wait_for all_registered
amplify homes 10.0.9.{4,5,6} "$(token 10.0.9.6)" >"$tmp/homes"
amplify6 homes fd00:9::{4,5,6} "$(token fd00:9::6)" >"$tmp/homes.6"
table "$tmp/homes"
table "$tmp/homes.6"
ok "an agent of hosts that are away" bounded homes 40
ok "by IPv6" bounded homes.6 40
is "tells where a host is" "$(got homes "Setup: it is elsewhere") $(got homes "Detach, Attach")" \
	"REDIRECT REDIRECT"
is "asks a hidden one, which tells it" "$(got homes "Setup: hidden")" REDIRECT
is "or says nothing" "$(got homes "Setup: hidden, nobody there")" nothing
is "lets nobody in without a token" "$(got homes "Setup: guarded")" REJECT
is "and who has one" "$(got homes "Setup: guarded, with its token")" REDIRECT
is "unless the host does not want it" "$(got homes "Setup: guarded, nobody there")" REJECT
is "all of it over UDP as well" "$(grep '(UDP)' "$tmp/homes" | sed 's/ (UDP)//' | cut -d '|' -f 1,4)" \
	"$(grep -v '(UDP)' "$tmp/homes" | cut -d '|' -f 1,4)"
ok "in the same way by IPv6" same homes

# Of one more address B's Registers are recorded; and of one that the agent does not have.
capture R-H
register_once() { # NET N COUNTER
	count_from_here B
	home=$1$2 agent=$(agent_at "$1") register_with H B
	wait_for counters_are B "$3=>0"
	ctl B register del "$1$2"
	wait_for six_left
}
six_left() { [ "$(ctl B -j register | jq length)" = 6 ]; }
for n in "${nets[@]}"; do
	home=${n}7 agent_for H B
	register_once "$n" 7 register-ok
	register_once "$n" 8 register-refused
done
wait_for captured_all R-H
cp "$tmp/R-H.pcap" "$tmp/registers.pcap"
registers() { # NAME HOST OWN OWN6
	of "$2" "$3" 10.0.8.1 registers "$tmp/registers.pcap" 10.0.9.{7,8} >"$tmp/$1"
	of "$2" "$4" fd00:8::1 registers "$tmp/registers.pcap" fd00:9::{7,8} >"$tmp/$1.6"
	table "$tmp/$1"
	table "$tmp/$1.6"
}
registers known X 10.0.7.66 fd00:7::66
ok "Registers to an agent" bounded known 14
ok "by IPv6" bounded known.6 14
is "it says once more what it said, or its last number" \
	"$(got known "Register, recorded") $(got known "Register, older")" "OK ACK"
is "refuses what it has refused" "$(got known "Register, not its address")" REJECT
is "knows nobody without a MAC" "$(got known "Register of nobody") $(got known \
	"Register, another key") $(got known "Register, MAC wrong") $(got known "OK of a host, MAC wrong")" \
	"nothing nothing nothing nothing"
ok "in the same way by IPv6" same known
# It forgets the numbers.  What was recorded then comes with B's address, or from elsewhere.
for n in "${nets[@]}"; do ctl H agent del "${n}7"; home=${n}7 agent_for H B; done
registers fresh B 10.0.2.2 fd00:2::2
ok "to one that knows none, in the host's name" bounded fresh 14
ok "by IPv6" bounded fresh.6 14
is "it asks for an echo" "$(got fresh "Register, recorded") $(got fresh.6 "Register, recorded")" \
	"ACK ACK"
registers elsewhere X 10.0.7.66 fd00:7::66
ok "from elsewhere" bounded elsewhere 14
ok "by IPv6" bounded elsewhere.6 14
is "it refuses, and says that again" "$(got elsewhere "Register, recorded") $(got elsewhere \
	"Register, recorded .UDP.")" "REJECT REJECT"

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
amplify blocks >"$tmp/blocks"
amplify6 blocks >"$tmp/blocks.6"
table "$tmp/blocks"
table "$tmp/blocks.6"
ok "whatever lacks" bounded blocks 20
ok "by IPv6" bounded blocks.6 20
is "all of it is refused" "$(head -n 7 "$tmp/blocks" | cut -d '|' -f 4 | sort -u)" REJECT
is "what asks for nothing is not answered" "$(got blocks "another error") $(got blocks \
	"a notice of a block") $(got blocks "a block, as an answer")" "nothing nothing nothing"
ok "in the same way by IPv6" same blocks
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
stop() { # amplify|amplify6 TO FILE FROM ARGUMENT...
	"$1" victim "${@:5}" >"$tmp/$3" & daemons+=($!)
	local asker=$!
	wait_for grep -q ready "$tmp/$3"
	speak A "$4" "$2" setup id=a1a1a1a1a1a1a1a1 "conn=udp,$4,7000,$2,99"
	wait "$asker" || return 1
	sed -i '/^ready/d' "$tmp/$3"
	table "$tmp/$3"
}
ok "a gateway that is shown its token" stop amplify 10.0.7.66 stop 10.0.1.1 10.0.7.67
ok "by IPv6" stop amplify6 fd00:7::66 stop.6 fd00:1::1 fd00:7::67
# What A is sent by the gateway meanwhile, and X has to send for it.
told() { # FROM TO FILE
	local sizes
	sizes=$(tcpdump -n -v -r "$tmp/A-R.pcap" "src host $1 and dst host $2" 2>/dev/null |
		grep -o 'length:\? [0-9]*)' | tr -dc '0-9\n' | xargs)
	note "A is sent $sizes bytes"
	[ -n "$sizes" ] && [ $((${sizes// /+})) -le "$(awk -F '|' '
		$4 == "OK" { n += $2 }
		END { print n }' "$tmp/$3")" ]
}
wait_for captured_all A-R
ok "who is stopped is sent no more than it takes" told 10.0.1.254 10.0.1.1 stop
ok "by IPv6" told fd00:1::fe fd00:1::1 stop.6
ok "who asks is given no more than it takes" bounded stop 6
ok "by IPv6" bounded stop.6 6
is "it answers" "$(cut -d '|' -f 4 "$tmp/stop" | xargs)" \
	"ACK REJECT ACK OK ACK OK"

# Now B has X stopped: what X is told, or whoever it is in whose name X sends.
ctl R gateway add to-x edge
block_x() { # OWN VICTIM
	count_box R
	speak X "$1" "$2" setup id=b1b1b1b1b1b1b1b1 "conn=udp,$1,7100,$2,5000"
	wait_for ctl B block add "$1" for 1h
	wait_for box_counters_are R blocked=1
}
block_x 10.0.7.66 10.0.2.2
block_x fd00:7::66 fd00:2::2
of X 10.0.7.66 10.0.7.254 blocked 10.0.2.2 >"$tmp/blocked"
of X fd00:7::66 fd00:7::fe blocked fd00:2::2 >"$tmp/blocked.6"
table "$tmp/blocked"
table "$tmp/blocked.6"
ok "what a gateway stops" bounded blocked 4
ok "by IPv6" bounded blocked.6 4
is "a Setup is refused, and there is a notice" \
	"$(got blocked "Setup, stopped") $(got blocked "two packets, stopped")" "REJECT REJECT"
is "and nothing else" "$(got blocked "move, stopped") $(got blocked "answer, stopped")" \
	"nothing nothing"
ok "in the same way by IPv6" same blocked

# --- how often --------------------------------------------------------------------------------------

# One answer a second; the rest is counted.
few() { [ "$(cut -d '|' -f 4 "$tmp/often" | wc -w)" -le 25 ]; }
limited() { # counters_are|box_counters_are HOST COMMAND..., which sends 50 of something
	count_from_here "$2"
	count_box "$2"
	"${@:3}" >"$tmp/often" || return 1
	few && wait_for "$1" "$2" "rate-limited=>24"
}
often() { # NAME...: what B answers 50 of each with
	local name
	for name; do limited counters_are B amplify 50 "$name" || return 1; done
}
boxes_often() { limited box_counters_are R amplify 50 "$1"; } # NAME
for h in B R H; do conf $h reply_rate=1; done

ok "a gateway: refusals of what is stopped are limited" limited box_counters_are R \
	of X 10.0.7.66 10.0.7.254 blocked 10.0.2.2 50 "Setup, stopped"
count_box R
of X 10.0.7.66 10.0.7.254 data 10.0.2.2 50 >"$tmp/often"
ok "notices are" few
ok "for all that was dropped" box_counters_are R "block-drops=>49"
ctl R gateway unblock all >/dev/null
ok "refusals of requests are" limited counters_are R amplify blocks 50 "another token"
ok "nonces are" limited counters_are R stop amplify 10.0.7.66 asked 10.0.1.1 10.0.7.67 50
ctl R gateway del to-x
ctl R gateway del to-a

homes_often() { limited box_counters_are H amplify homes 10.0.9.{4,5,6} "$1" 50 "$2"; } # TOKEN NAME
token=$(token 10.0.9.6)
ok "an agent: Redirects are limited" homes_often "$token" "Setup: it is elsewhere"
ok "what it relays is" homes_often "$token" "Setup: hidden"
ok "refusals are" homes_often "$token" "Setup: guarded"
ok "and what it asks a guarded host" homes_often "$token" "Setup: guarded, with its token"
ok "and answers to Registers" limited box_counters_are H \
	of X 10.0.7.66 10.0.8.1 registers "$tmp/registers.pcap" 10.0.9.{7,8} 50 "Register, recorded"
ok "by IPv6 they are for a /64" limited box_counters_are H on X "$top/build/selftests/flood" 50 64 \
	"$("$lib/say.py" fd00:7::66 fd00:9::4 setup conn=tcp,fd00:7::66,65278,fd00:9::4,80 \
	id=fdfdfdfdfdfdfdfd print)"

no_firewall R
ctl R box set enable 0
ok "a host: refusals are limited" often "Setup: nobody there" Change Detach "another version" \
	"unknown attribute" "Setup in another's name"
conf B cookies=2
ok "nonces are" often Setup "Setup (UDP)"
conf B cookies=0
ctl R box set enable 1 cookies 0
ok "a box: refusals are" boxes_often "Setup, refused by a rule"
ok "Redirects are" boxes_often "Setup, redirected by a rule"
ctl R box set cookies 2
ok "nonces are" boxes_often Setup
