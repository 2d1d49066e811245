#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The administrator's side: settings and their limits, explanations of what is refused,
# connections listed and given up, events, and who may do what.
. "$(dirname "$0")/../lib/lib.sh"

plan 56

two_hosts
listener server B tcp 0.0.0.0 80 prefer

# --- settings ---------------------------------------------------------------------------------

# Written without a process each.
try_limits() {
	local name min max bad=0
	cd /proc/sys/net/csp || exit
	while read -r name min max; do
		if echo "$min" >"$name" && echo "$max" >"$name" &&
		   ! echo $((max + 1)) >"$name" && ! echo $((min - 1)) >"$name" &&
		   [ "$(<"$name")" = "$max" ]; then
			continue
		fi 2>/dev/null
		echo "# $name: not $min to $max"
		bad=1
	done
	return $bad
}
export -f try_limits
sed -n 's/^CSP_CONF(\([a-z_]*\), [^,]*, \([0-9]*\), \([0-9]*\),.*/\1 \2 \3/p' \
	"$top/net/csp/conf_list.h" >"$tmp/limits"
ok "every setting takes its least and greatest value, and none beyond" \
	on A bash -c try_limits <"$tmp/limits"
ctl A conf set default_mode off udp_encap auto udp_port default fallback 300
is "cspctl sets several" "$(ctl A conf default_mode udp_encap udp_port fallback | tr '\n' ' ')" \
	"off auto 4253 300 "
is "sysctl shows the same" "$(on A sysctl -n net.csp.fallback)" 300
is "the other host has its own" "$(on B sysctl -n net.csp.fallback)" 5000

# --- refusals explain themselves ---------------------------------------------------------------------

flow_get=1 flow_del=2 flow_move=3 flow_change=4 conf_set=7 peer_get=9 peer_flush=10
rule_get=17 rule_add=18 rule_del=19 flood_get=23 flood_add=24 flood_del=25

requests=() wanted=() texts=()
request() { # TEXT WANTED COMMAND [ATTRIBUTE...]
	texts+=("$1") wanted+=("$2")
	requests+=("${@:3}" --)
}
request "no cid" "EINVAL A connection is named by its cid" $flow_get
request "unknown cid" "ENOENT No connection has this cid" $flow_get 1=u64:1
request "del: unknown cid" "ENOENT No connection has this cid" $flow_del 1=u64:1
request "move: unknown cid" "ENOENT No connection has this cid" $flow_move 1=u64:1
request "change: unknown cid" "ENOENT No connection has this cid" $flow_change 1=u64:1 20=u32:0
request "change: pref too high" "ERANGE *" $flow_change 1=u64:1 20=u32:201
request "cid too short" "*E* *" $flow_get 1=u32:1
request "no setting" "EINVAL No setting is given" $conf_set
request "setting out of range" "ERANGE *1 to 60000*" $conf_set 2=u32:0
request "one of two out of range" "ERANGE *" $conf_set 2=u32:1000 5=u32:0
request "peer without address" "EINVAL A peer is named by its address" $peer_get
request "peer: address too short" "EINVAL An address has 4 or 16 bytes" $peer_get 2=0a0000
request "peer: v4-mapped" "EINVAL An IPv4 address is given in 4 bytes" \
	$peer_get 2=00000000000000000000ffff0a000002
request "peer: wrong family" "EINVAL The address is of another family" \
	$peer_get 1=u16:10 2=0a000063
request "peer: not known" "ENOENT Nothing is remembered of this peer" $peer_get 2=0a000063
request "flush: family alone" "EINVAL A family is given with an address" $peer_flush 1=u16:2
request "rule without cgroup" "EINVAL A rule is named by its cgroup" $rule_get
request "rule without mode" "EINVAL A rule gives a mode" $rule_add 1=str:/
request "rule: no path" "EINVAL The path of a cgroup begins with a slash" $rule_add 1=str:x 2=u8:1
request "rule: no such cgroup" "ENOENT There is no such cgroup*" $rule_add 1=str:/none 2=u8:1
request "rule: no such mode" "ERANGE *" $rule_add 1=str:/ 2=u8:3
request "rule: none to delete" "ENOENT This cgroup has no rule" $rule_del 1=str:/none
request "flood without a port" "EINVAL A flood rule is named by transport and port" \
	$flood_get 1=u8:6
request "flood without a rate" "EINVAL A flood rule gives a rate" $flood_add 1=u8:6 2=0050
request "flood: of SCTP" "EPROTONOSUPPORT Listeners are of TCP or UDP" \
	$flood_add 1=u8:132 2=0050 3=u32:1
request "flood: port 0" "EINVAL Nobody listens on port 0" $flood_add 1=u8:6 2=0000 3=u32:1
request "flood: rate too high" "ERANGE A rate is 0 to 1000000 Setups a second" \
	$flood_add 1=u8:6 2=0050 3=u32:1000001
request "flood: no time" "ERANGE A block is for 1 ms to 24 days" \
	$flood_add 1=u8:6 2=0050 3=u32:1 4=u32:0
request "flood: time too long" "ERANGE A block is for 1 ms to 24 days" \
	$flood_add 1=u8:6 2=0050 3=u32:1 4=u32:2073600001
request "flood: none to show" "ENOENT This listener has no rule" $flood_get 1=u8:6 2=0050
request "flood: none to delete" "ENOENT This listener has no rule" $flood_del 1=u8:6 2=0050
request "flood: greatest rate and time" ok \
	$flood_add 1=u8:6 2=0050 3=u32:1000000 4=u32:2073600000
request "flood: once more" "EEXIST This listener has a rule already" \
	$flood_add 1=u8:6 2=0050 3=u32:1
request "flood: the other transport" ok $flood_add 1=u8:17 2=0050 3=u32:0
request "no such command" "E*NOTSUP*" 99

mapfile -t answers < <(on A "$lib/genl.py" "${requests[@]}")
for i in "${!texts[@]}"; do
	is "${texts[i]}" "${answers[i]-}" "${wanted[i]}"
done
is "a refused request changes nothing" "$(on A sysctl -n net.csp.fallback)" 300
conf A fallback=5000

answer=$(on A setpriv --reuid 65534 --clear-groups --inh-caps=-all \
	"$lib/genl.py" 6 -- 8 -- $flood_get 1=u8:6 2=0050 -- $conf_set 2=u32:1 -- $peer_flush -- \
	$flood_add 1=u8:6 2=0051 3=u32:1 -- $flood_del 1=u8:6 2=0050 | tr '\n' ' ')
is "who is not root may look, not touch" "$answer" "ok ok ok EPERM EPERM EPERM EPERM "

# --- rules of listeners -----------------------------------------------------------------------------------

is "what is a flood of which is listed" \
	"$(ctl A -j flood | jq -r '.[] | "\(.proto) \(.port) \(.rate) \(.timeout_ms)"' | xargs)" \
	"tcp 80 1000000 2073600000 udp 80 0 60000"
many=()
for port in {1000..2023}; do
	many+=("$flood_add" "1=u8:17" "2=$(printf %04x "$port")" "3=u32:1" --)
done
is "no more than 1024" "$(on A "$lib/genl.py" "${many[@]}" | uniq -c | xargs)" \
	"1022 ok 2 ENOSPC There are 1024 flood rules already: no room for more"
is "they are listed in several messages" \
	"$(ctl A -j flood | jq -r '.[] | "\(.proto) \(.port)"' | sort -u | wc -l)" 1024
ctl A flood del udp 1000
ctl A flood add udp 999 5 for 5m
is "one goes, another one comes" "$(ctl A -j flood | jq -c '.[-1], length' | xargs)" \
	"{proto:udp,port:999,rate:5,timeout_ms:300000} 1024"
is "the other host has none" "$(ctl B -j flood | jq length)" 0

# --- connections ------------------------------------------------------------------------------------------

events() { # HOST
	ctl "$1" -j -v monitor >"$tmp/$1.events" 2>"$tmp/$1.monitor" &
	daemons+=($!)
	wait_for grep -q listening "$tmp/$1.monitor"
}
events_are() { # HOST EVENT...
	[ "$(jq -r .event "$tmp/$1.events" | tr '\n' ' ')" = "${*:2} " ]
}
events A
events B
dial client A tcp 10.0.0.2 80 prefer 40000
tell server accept
wait_for is_state server established
is "a connection is listed" "$(ctl A -j flow lport 40000 |
	jq -r '.[] | "\(.proto) \(.state) \(.laddr) \(.raddr) \(.rport) \(.flags[0])"')" \
	"tcp established 10.0.0.1 10.0.0.2 80 initiator"
cid=$(tell client info && field cid)
is "and found by its cid" "$(ctl A -j flow cid "$cid" | jq -r '.[].lport')" 40000
peer_cid=$(ctl A -j flow cid "$cid" | jq -r '.[].peer_cid')
is "both ends know both cids" "$(ctl B -j flow | jq -r '.[] | "\(.cid) \(.peer_cid)"')" \
	"$peer_cid $cid"
quit client
tell server close
ok "events at the client's end" wait_for events_are A created established detached
ok "and at the server's" wait_for events_are B created established detached
dial client A tcp 10.0.0.2 99 prefer || true
ok "a refusal is an event" wait_for events_are A created established detached \
	created rejected deleted
is "with its reason" "$(jq -r 'select(.event == "rejected") | "\(.error) \(.text)"' \
	"$tmp/A.events")" "no-listener nobody listens on this port, or not for this name"
quit client

listener udp-server B udp 0.0.0.0 5000 prefer
sock many A
for _ in {1..150}; do
	client many A udp 10.0.0.2 5000 prefer
	connect many
	tell many send 1
done
is "150 connections are listed in several messages" \
	"$(ctl A -j flow | jq -r '.[].cid' | sort -u | wc -l)" 150
quit many
ok "all end" quiet A

generation=$(ctl A -j key | jq .generation)
ctl A key rotate >/dev/null
is "another host key" "$(ctl A -j key | jq .generation)" $((generation + 1))
