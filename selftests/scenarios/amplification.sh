#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What X, whom nobody knows, gets from a host, a firewall and a gateway for what he sends:
# no more than three times as many bytes, a nonce for no fewer than it has, and no more
# often than reply_rate says.  Whoever forges his address finds no amplifier.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 20

routed
host X
link X:eth0 R:to-x X-R
addr R:to-x 10.0.7.254/24
addr X:eth0 10.0.7.66/24
default_via X 10.0.7.254
listener server B udp 0.0.0.0 5000 prefer
listener tcp-server B tcp 0.0.0.0 80 prefer
for h in B R; do conf $h reply_rate=1000000; done

amplify() { on X "$lib/amplify.py" eth0 10.0.7.66 10.0.2.2 10.0.7.254 "$@"; }
probe() { # NAME
	amplify >"$tmp/$1"
	awk -F '|' '{ printf "# %-34s %4d bytes, %4d back: %s\n", $1, $2, $3, $4 }' "$tmp/$1"
}
# Nothing gives more than it costs; a nonce, of this host or of a box, never more than once.
bounded() { # NAME
	awk -F '|' '
		$3 > 3 * $2 || ($4 == "ACK" && $3 > $2) { print "#", $0; bad = 1 }
		END { exit bad || NR != 46 }' "$tmp/$1"
}
got() { grep "^$2|" "$tmp/$1" | cut -d '|' -f 4; }	# NAME REQUEST

# --- a host ---------------------------------------------------------------------------------------

conf B cookies=0
probe host
ok "a host that is not asked for a nonce" bounded host
is "grants what it is asked" "$(got host Setup)" OK
is "refuses what it does not know" "$(got host Detach)" REJECT
is "says so again" "$(got host "Setup, answered again" | xargs)" "OK OK"
is "answers no answers, and no halves" "$(got host "OK that nobody wants") $(got host "half a message")" \
	"nothing nothing"
is "nor what only a box or an agent does" \
	"$(got host Register) $(got host "stop a flood")" "nothing nothing"
ok "most requests were answered" test "$(grep -vc nothing "$tmp/host")" -gt 25
conf B cookies=2
probe nonce
ok "a host that asks for a nonce first" bounded nonce
is "does so" "$(got nonce Setup)" ACK
is "over UDP as well" "$(got nonce "Setup .UDP.")" ACK

# --- boxes ----------------------------------------------------------------------------------------

conf B cookies=0
stateful_firewall R "ip protocol 253 accept" "udp dport 4253 accept" "icmp type echo-request accept"
rule R dport 81 reject "nobody has ever wanted to be asked for this, and nobody will"
rule R dport 82 redirect 10.0.2.200
rule R in to-x accept
ctl R gateway add to-x edge
probe box
ok "a firewall and gateway" bounded box
is "refuses, redirects" "$(got box "Setup, refused by a rule") $(got box "Setup, redirected by a rule")" \
	"REJECT REDIRECT"
is "stops no flood without a token" "$(got box "stop a flood, at a gateway")" REJECT
ctl R box set cookies 2
probe box-nonce
ok "one that asks for a nonce first" bounded box-nonce
is "does so" "$(got box-nonce Setup)" ACK

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
for h in B R; do conf $h reply_rate=1; done
ctl R gateway del to-x
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
