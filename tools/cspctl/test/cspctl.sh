#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests of cspctl without the csp module: the command line against a
# make-believe kernel (kernel.c), with sanitizers.  "make check" runs them;
# BUILD is the directory of cspctl and cspctl-test.  Prints TAP.

set -u
build=$(readlink -f "${BUILD:-$(dirname "$0")/../../../build/tools/cspctl}")
cd "$(dirname "$0")/.." || exit 1

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1
export TZ=UTC
unset KERNEL_MOOD KERNEL_SEED
export KERNEL_LOG=$scratch/requests

n=0 failed=0
ok() { # STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }

run() { # ARGUMENT...: sets status, out, err, requests
	: >"$KERNEL_LOG"
	"$build/cspctl-test" "$@" >"$scratch/out" 2>"$scratch/err"
	status=$?
	out=$(<"$scratch/out") err=$(<"$scratch/err") requests=$(<"$KERNEL_LOG")
}

# The last run ended with STATUS, and VARIABLE=PATTERN hold.
is() { # NAME STATUS [VARIABLE=PATTERN...]
	local name=$1 bad='' var pattern
	[ "$status" = "$2" ] || bad="exit status $status, not $2"
	shift 2
	for pattern; do
		var=${pattern%%=*} pattern=${pattern#*=}
		# shellcheck disable=SC2053 # a pattern
		[[ ${!var} == $pattern ]] || bad+="${bad:+; }$var is not: $pattern"
	done
	ok "$([ -z "$bad" ]; echo $?)" "$name"
	[ -z "$bad" ] || printf '# %s\n' "$bad" "out: ${out//$'\n'/$'\n'#      }" \
		"err: ${err//$'\n'/$'\n'#      }" "requests: $requests"
}

json() { # NAME EXPRESSION: a Python expression over d, the output
	python3 -c 'import json,sys
d = json.loads(sys.stdin.read())
sys.exit(0 if '"$2"' else 1)' <"$scratch/out" 2>"$scratch/py"
	ok $? "$1"
}

# --- the command line --------------------------------------------------------------

run --help;		is "help" 0 'out=Usage: cspctl *Commands*  flow *' err=
run help;		is "help as a command" 0 'out=Usage: cspctl *'
run help flow;		is "help of a command" 0 'out=Usage: cspctl flow *'
run help nonsense;	is "help of no command" 2 "err=*unknown command*"
run --version;		is "version" 0 'out=cspctl [0-9]*'
run nonsense;		is "unknown command" 2 out= "err=cspctl: unknown command 'nonsense'*--help*"
run -q;			is "unknown option" 2 out= 'err=cspctl: unknown option -q*'
run --nonsense;		is "unknown long option" 2 'err=*unknown option --nonsense*'
run key -z;		is "option of another command" 2 'err=*unknown option -z*'
run key --zero;		is "long option of another command" 2 'err=*unknown option --zero*'
run stats --zero=1;	is "value of an option that takes none" 2 'err=*takes no value*'
run monitor -n;		is "option without its value" 2 'err=*-n needs a value*'
run -n nowhere conf;	is "no such network namespace" 1 out= "err=cspctl: no network namespace 'nowhere': No such file*"
run --netns /dev/null conf; is "a file that is none" 1 out= "err=cspctl: cannot enter network namespace '/dev/null': *"
run -n;			is "network namespace without a name" 2 'err=*-n needs a value*'
run conf --netns=x;	is "network namespace after the command" 2 'err=*unknown option --netns*'
run status what;	is "status takes no argument" 2 "err=*'what'*"
for cmd in status flow monitor run cgroup conf stats peer key flood rule pinhole box; do
	run $cmd --help; is "help of $cmd" 0 "out=Usage: cspctl *$cmd*-j, --json*" err=
done

# --- trouble with the kernel -----------------------------------------------------------

export KERNEL_MOOD=absent
run
# shellcheck disable=SC2016 # backticks to be shown
is "no module" 1 out= 'err=cspctl: the csp module is not loaded: run `modprobe csp`'
KERNEL_MOOD=denied
run conf set fallback 300; is "no permission" 1 out= 'err=*: needs CAP_NET_ADMIN: run as root'
KERNEL_MOOD=stranger
run monitor;		is "events are not for all" 1 out= 'err=*cannot subscribe to events: needs CAP_NET_ADMIN: run as root'
run flow;		is "identifiers are not for all" 0 'out=*-  *tcp    established*'
run flow -j;		json "identifiers are not for all, JSON" 'len(d) == 3 and "cid" not in d[0]'
run flow move all;	is "move without identifiers" 1 'err=*needs CAP_NET_ADMIN*' 'requests=1 dump'
KERNEL_MOOD=refuse
run conf set fallback 300; is "reason of a refusal, harmless" 1 'err=cspctl: conf set: not on a ?[31mSunday' \
	"err=*a \?\[31m*"
KERNEL_MOOD=old
run key;		is "command unknown to the module" 1 'err=*the csp module that is loaded cannot do it'
run conf;		is "settings unknown to the module are not shown" 0 'out=*fallback*' "err="
run conf max_blocks;	is "asking for one of them" 1 out= "err=*has no setting 'max_blocks'"
KERNEL_MOOD=strange
run flow;		is "values of a later version" 0 'out=*99[?] *77[?] *validated,0xfffffff8*' err=
run -j;			is "status with them" 0 'out={*}' err=
KERNEL_MOOD=changing
run flow;		is "interrupted dump" 0 'out=*0123456789abcdef*' 'err=*the table changed*'
unset KERNEL_MOOD

# --- flow --------------------------------------------------------------------------------

run flow
is "flow" 0 "out=CID *0123456789abcdef  tcp    established  10.0.0.1:40000 *10.0.0.2:80 *3.2s  initiator*" \
	'out=*[[]2001:db8::1[]]:53 *' 'requests=1 dump' err=
run flow show -v;	is "flow show -v" 0 'out=*peer cid 2222222222222222*2001:db8::a*10.0s*2001:db8::b 2001:db8::c*'
run -j flow;		is "flow -j" 0 err=
json "flow -j: fields" 'len(d) == 3 and d[0]["cid"] == "0123456789abcdef" and
	d[0]["lport"] == 40000 and d[1]["state"] == "moving" and d[1]["raddr"].startswith("2001:db8:ffff") and
	d[1]["alternatives"] == ["2001:db8::b", "2001:db8::c"] and d[1]["flags"] == ["udp-encap", "validated"] and
	d[1]["home_laddr"] == "2001:db8::a" and d[1]["timeout_ms"] == 10000 and "peer_cid" not in d[2]'
run flow -j proto udp;	is "option after the command" 0
json "filter proto" '[f["proto"] for f in d] == ["udp"]'
run -j flow show state plain laddr 10.0.0.1;	json "filters state, laddr" '[f["rport"] for f in d] == [22]'
run -j flow raddr 10.0.0.2 rport 80;	json "filters raddr, rport" 'len(d) == 1'
run -j flow lport 1;	json "nothing fits" 'd == []'
run flow lport 1;	is "nothing fits, as text" 0 out= err=
run -j flow cid 0x3;	is "one by its cid" 0 'requests=1 1=0000000000000003'
json "one by its cid: found" 'd[0]["state"] == "plain"'
run flow cid 4;		is "unknown cid" 1 out= 'err=cspctl: flow 0000000000000004: no such connection'
run flow cid 12345678901234567;	is "cid too long" 2 'err=*is no cid*'
run flow cid xyz;	is "cid of other letters" 2 requests=
run flow proto icmp;	is "unknown protocol" 2
run flow state asleep;	is "unknown state" 2
run flow laddr 10.0.0;	is "wrong address" 2
run flow rport 65536;	is "wrong port" 2
run flow laddr;		is "filter without a value" 2 'err=*lacks its value*'
run flow colour red;	is "unknown filter" 2 "err=*unknown filter 'colour'*"

run flow move 0123456789abcdef
is "move" 0 out= err= 'requests=3 1=0123456789abcdef'
run flow move 0123456789abcdef to 10.0.0.9 dev lo
is "move to an address and device" 0 'requests=3 1=0123456789abcdef 5=0a000009 22=01000000'
run flow move 0123456789abcdef remote 10.0.0.8;	is "move to the peer's other address" 0 'requests=*6=0a000008'
run flow move all to 2001:db8::9
is "move all of one family" 0 'out=1 moves begun, 0 failed' \
	$'requests=1 dump\n3 1=1111111111111111 5=20010db8000000000000000000000009'
run flow move all -j;	json "move all -j" 'd == {"begun": 2, "failed": 0}'
KERNEL_MOOD=refuse run flow move all
is "move all, refused" 1 'out=0 moves begun, 2 failed' 'err=*move of 0123456789abcdef: not on*'
run flow move 9;	is "move of nothing" 1 'err=*no such connection'
run flow move;		is "move what" 2
run flow move all to;	is "move to nowhere" 2
run flow move all to lo;	is "move to no address" 2
run flow move all by 1;	is "move, wrong word" 2
run flow move all dev nosuchdevice0;	is "move to no device" 1 "err=*no device 'nosuchdevice0'"
run flow move all to 10.0.0.1 remote ::1;	is "move between families" 2
run flow change 3 pref high;	is "change" 0 'requests=4 1=0000000000000003 20=c8000000'
run flow change 3 pref best;	is "change, unknown preference" 2 'err=*low, normal, high*'
run flow change 3 timeout 300000;	is "change of timeout" 0 'requests=4 1=0000000000000003 15=e0930400'
run flow change 3 pref low timeout x;	is "change, no number" 2 'err=*milliseconds*'
run flow change 3 colour red;	is "change, unknown" 2 'err=*neither*'
run flow change 3;	is "change what" 2
run flow del 3;		is "del" 0 out= 'requests=2 1=0000000000000003'
run flow del 4;		is "del of nothing" 1 'err=*del of 0000000000000004: no such connection'
run flow del;		is "del what" 2
run flow del 3 4;	is "del too much" 2

# --- conf ----------------------------------------------------------------------------------

run conf
is "conf" 0 'out=NAME *default_mode *prefer *off  - *fallback *400 *250  ms *' requests=6
run conf fallback auto-move;	is "conf NAME" 0 $'out=400\non'
run conf -j
json "conf -j" 'd["fallback"] == {"value": 400, "default": 250, "min": 1, "max": 60000, "unit": "ms",
	"meaning": d["fallback"]["meaning"]} and d["default_mode"]["value"] == "prefer" and
	d["auto_move"]["value"] is True and len(d) > 10'
run conf colour;	is "no setting" 2 "err=*no setting 'colour'*"
run conf set fallback 300 default_mode require multihome on
is "conf set" 0 out= err= 'requests=7 1=02000000 2=2c010000 12=01000000'
run conf set udp-encap always max_flows default;	is "conf set by name" 0 'requests=7 3=02000000 6=00001000'
run conf set fallback 0;	is "too small" 2 "err=*fallback: '0' is no number from 1 to 60000 (ms)*" requests=
run conf set fallback 60001;	is "too big" 2
run conf set fallback 99999999999999999999;	is "far too big" 2
run conf set fallback -5;	is "negative" 2
run conf set fallback 1x;	is "no number" 2
run conf set default_mode maybe;	is "no mode" 2 'err=*none of off, prefer, require*'
run conf set fallback 1 fallback 2;	is "twice" 2 'err=*given twice*'
run conf set fallback;	is "set without a value" 2
run conf set;		is "set nothing" 2

# --- stats, key, peer, cgroup -------------------------------------------------------------------

run stats;		is "stats" 0 'out=3 flows, 1 of them embryonic; 2 peers*setup-out *18446744073709551615  conn*' requests=8
[[ $out != *setup-in* ]]; ok $? "stats without zeroes"
run stats -z;		is "stats -z" 0 'out=*setup-in *'
run stats in-malformed setup-in flows;	is "stats NAME" 0 $'out=4\n0\n3'
run stats -j
json "stats -j" 'd["flows"] == 3 and d["counters"]["setup-out"] == 2**64 - 1 and d["counters"]["setup-in"] == 0'
run stats -j peers;	json "stats -j NAME" 'd == {"peers": 2}'
run stats no-such;	is "no counter" 1 out= "err=cspctl: no counter 'no-such'"

run key;		is "key" 0 'out=public *AAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK+2vcTL0tk=*1h01m*' requests=11
run key rotate -j;	is "key rotate" 0 requests=12
json "key rotate -j" 'd["generation"] == 2 and d["age_s"] == 0 and d["public"].startswith("AAcO")'
run key show extra;	is "key, too much" 2
run key burn;		is "key, unknown" 2

run peer;		is "peer" 0 'out=*10.0.0.2 *any *any *capable *native *20.037ms*9m50s*2001:db8::2*plain*udp*'
run peer 2001:db8::2 -j;	json "peer ADDRESS" 'len(d) == 1 and d[0]["verdict"] == "plain" and d[0]["expires_ms"] == 999'
run peer 10.9.9.9;	is "peer unknown" 1 'err=*nothing is remembered*'
run peer flush;		is "peer flush" 0 'out=2 forgotten' requests=10
run peer flush 10.0.0.2 -j;	is "peer flush ADDRESS" 0 'requests=10 1=0200 2=0a000002'
json "peer flush -j" 'd == {"flushed": 2}'
run peer flush ::1;	is "peer flush, IPv6" 0 'requests=10 1=0a00 2=00000000000000000000000000000001'
run peer flush host;	is "peer flush, no address" 2
run peer 10.0.0.2 x;	is "peer, too much" 2

run cgroup;		is "cgroup" 0 'out=*prefer   /system.slice  *-  *-*require  /odd?[[]2Jname  *a?[[]2Jb  *0x611b5b324a62*' 'requests=17 dump'
[[ $out != *$'\x1b'* ]]; ok $? "names of cgroups cannot control the terminal"
run cgroup -j;		json "cgroup -j" 'd[0] == {"cgroup": "/system.slice", "mode": "prefer"}'
run cgroup add a/b/ require;	is "cgroup add" 0 'requests=18 1=2f612f6200 2=02'
run cgroup add /a prefer name www.Example.org auth secret;	is "cgroup add, name and token" 0 'requests=18 1=2f6100 2=01 3=7777772e4578616d706c652e6f726700 4=736563726574'
run cgroup add /a prefer auth 0x00fF;	is "cgroup add, token of bytes" 0 'requests=18 1=2f6100 2=01 4=00ff'
run cgroup add /a prefer auth 0x00f;	is "cgroup add, half a byte" 2 "err=*'0x00f' is no token*"
run cgroup add /a prefer name "a b";	is "cgroup add, no name" 2 "err=*'a b' is no name*"
run cgroup add /a prefer name;	is "cgroup add, name lacks its value" 2 "err=*'name' lacks its value*"
run cgroup add /a prefer nick b;	is "cgroup add, too much" 2 "err=*'nick' is too much*"
run cgroup del /a/b;	is "cgroup del" 0 'requests=19 1=2f612f6200'
run cgroup add /a maybe;	is "cgroup, no mode" 2 'err=*off, prefer, require*'
run cgroup add /a;	is "cgroup add without a mode" 2
run cgroup del;		is "cgroup del what" 2
run cgroup burn;		is "cgroup, unknown" 2
run cgroup add "/$(printf 'x%.0s' {1..4200})" off;	is "cgroup, long path" 2 'err=*too long*'

# --- floods: block, flood, gateway --------------------------------------------------------------------

run block;		is "block" 0 'requests=20 dump' \
	'out=*192.0.2.9 *192.0.2.1 *any *192.0.2.254 *blocked *full *1m00s*'
run block -j;		json "block -j" 'd[0]["state"] == "blocked" and d[0]["via"] == "192.0.2.254" and
	d[0]["error"] == "full" and d[0]["expires_ms"] == 60000'
run block add 192.0.2.9;	is "block add" 0 out= 'requests=21 1=c0000209'
run block add ::9 to ::1 via ::fe proto udp for 5m;	is "block add, all words" 0 \
	'requests=21 1=*09 2=*01 3=*fe 4=11 5=e0930400'
run block del 192.0.2.9 proto tcp;	is "block del" 0 'requests=22 1=c0000209 4=06'
run block add;		is "block whom" 2 'err=*needs an address*'
run block add host;	is "block add, no address" 2 "err=*'host' is no address*"
run block add 192.0.2.9 for;	is "block add, half a word" 2 "err=*'for' needs a value*"
run block add 192.0.2.9 for ever;	is "block add, no time" 2 "err=*'ever' is no time*"
run block del 192.0.2.9 for 5m;	is "block del, for" 2 "err=*unknown word 'for'*"
run block burn;		is "block, unknown" 2
run flood;		is "flood" 0 'requests=23 dump' 'out=PROTO *tcp *80 *100/s *5m00s*udp *5353 *any *-'
run flood show -j;	json "flood show -j" 'd == [{"proto": "tcp", "port": 80, "rate": 100, "timeout_ms": 300000},
	{"proto": "udp", "port": 5353, "rate": 0, "timeout_ms": 60000}]'
run flood add tcp 80 100;	is "flood add" 0 out= 'requests=24 1=06 2=0050 3=64000000'
run flood add udp 53 0 for 5m;	is "flood add, all words" 0 \
	'requests=24 1=11 2=0035 3=00000000 4=e0930400'
run flood del udp 53;	is "flood del" 0 out= 'requests=25 1=11 2=0035'
run flood add tcp 80;	is "flood add, no rate" 2 "err=*flood add PROTO PORT RATE*"
run flood add icmp 80 1;	is "flood add, no transport" 2 "err=*'icmp' is neither tcp nor udp*"
run flood add any 80 1;	is "flood add, any transport" 2 "err=*'any' is neither*"
run flood add tcp 0 1;	is "flood add, port 0" 2 "err=*'0' is no port*"
run flood add tcp 80 many;	is "flood add, a word for a rate" 2 "err=*'many' is no number*"
run flood add tcp 80 1 for;	is "flood add, half a word" 2 "err=*'for' needs a value*"
run flood add tcp 80 1 for ever;	is "flood add, no time" 2 "err=*'ever' is no time*"
run flood add tcp 80 1 of 5m;	is "flood add, unknown word" 2 "err=*unknown word 'of'*"
run flood add tcp 80 1 for 5m x;	is "flood add, too much" 2 "err=*'x' is too much*"
run flood del tcp;	is "flood del, half" 2 "err=*flood del PROTO PORT*"
run flood del tcp 80 1;	is "flood del, too much" 2 "err=*'1' is too much*"
run flood burn;		is "flood, unknown" 2
run gateway;		is "gateway" 0 'requests=15 dump' 'out=*eth0 *edge*zone 7 *-*'
run gateway -j;		json "gateway -j" 'd == [{"in": "eth0", "edge": True}, {"zone": 7, "edge": False}]'
run gateway add eth0 edge;	is "gateway add" 0 'requests=16 1=6574683000 3='
run gateway add zone 7;	is "gateway add, zone" 0 'requests=16 2=07000000'
run gateway del zone 7;	is "gateway del" 0 'requests=17 2=07000000'
run gateway add;	is "gateway where" 2
run gateway del eth0 edge;	is "gateway del, too much" 2
run gateway add zone many;	is "gateway add, no zone" 2 "err=*'many' is no number*"
run gateway blocks;	is "gateway blocks" 0 'requests=18 dump' 'out=*192.0.2.9 *192.0.2.1 *tcp *12 *5.0s *1m00s*'
run gateway blocks -j;	json "gateway blocks -j" 'd[0]["packets"] == 12 and d[0]["proto"] == "tcp"'
run gateway unblock 192.0.2.9 192.0.2.1 proto tcp;	is "gateway unblock" 0 \
	'requests=19 1=c0000209 2=c0000201 3=06'
run gateway unblock all;	is "gateway unblock all" 0 'out=3 blocks removed' requests=20
run gateway unblock 192.0.2.9;	is "gateway unblock, half" 2

# --- name --------------------------------------------------------------------------------------

run name;		is "name" 0 'requests=* dump' \
	'out=*www.example.com *any *192.0.2.9 *same *12*- *8080 *192.0.2.1 *80 *0'
run name -j;		json "name -j" 'd == [{"name": "www.example.com", "to": "192.0.2.9", "setups": 12},
	{"port": 8080, "to": "192.0.2.1", "to_port": 80, "setups": 0}]'
run name add a.b 192.0.2.9;	is "name add" 0 out= 'requests=* 1=612e6200 3=c0000209'
run name add - "[::9]:80" port 8080;	is "name add, a port" 0 'requests=* 2=901f 3=*09 4=5000'
run name del a.b;	is "name del" 0 'requests=* 1=612e6200'
run name del - port 8080;	is "name del, a port" 0 'requests=* 2=901f'
run name flush;		is "name flush" 0 'out=3 names deleted'
run name add;		is "name add, what" 2
run name add a.b;	is "name add, where" 2
run name add a.b host;	is "name add, no address" 2 "err=*'host' is no ADDRESS*"
run name add a.b 192.0.2.9:0;	is "name add, port 0" 2
run name add - 192.0.2.9;	is "name add, neither name nor port" 2 "err=*takes a port*"
run name add a.b 192.0.2.9 port;	is "name add, half a word" 2 "err=*'port' lacks*"
run name add a.b 192.0.2.9 prot 80;	is "name add, unknown word" 2 "err=*unknown word 'prot'*"
run name add a.b 192.0.2.9 port 80 x;	is "name add, too much" 2
run name add "$(printf 'x%.0s' {1..254})" 192.0.2.9;	is "name add, long" 2 'err=*at most 253*'
run name burn;		is "name, unknown" 2

# --- off-path firewall: agent, token --------------------------------------------------------------

zeros=$(printf 'A%.0s' {1..43})=
run agent;		is "agent" 0 'requests=8 dump' 'out=*192.0.2.9 *away, guarded *198.51.100.7 *1m00s*'
run agent -j;		json "agent -j" 'd[0]["guard"] and not d[0]["hidden"] and d[0]["state"] == "away"'
run agent add 192.0.2.9 --key "$zeros" --guard;	is "agent add --guard" 0 \
	'requests=9 1=c0000209 2=00*00 3=80ee3600 5='
run token new 192.0.2.9;	is "token new" 0 out=0x7c0aff01 'requests=25 1=c0000209 6=2c010000'
run -j token new 192.0.2.9;	json "token new -j" 'd == {"token": "0x7c0aff01"}'
run token new ::9 from 2001:db8::/32 proto tcp port 80 lifetime 2h many;
is "token new, all words" 0 'requests=25 1=*09 2=20010db8* 3=20 4=06 5=5000 6=201c0000 7='
run token new;			is "token for what" 2
run token new home;		is "token new, no address" 2 "err=*'home' is no address*"
run token new ::9 from;		is "token new, half a word" 2 "err=*'from' lacks its value*"
run token new ::9 from ::/200;	is "token new, no prefix" 2 "err=*'::/200' is no address or prefix*"
run token new ::9 port 0;	is "token new, no port" 2 "err=*'0' is no port*"
run token new ::9 proto ipx;	is "token new, no transport" 2 "err=*'ipx' is none of*"
run token new ::9 lifetime 10ms;	is "token new, no time" 2 "err=*'10ms' is no time*"
run token new ::9 twice;	is "token new, unknown word" 2 "err=*unknown word 'twice'*"
run token rotate;		is "token rotate" 0 out= requests=26
run token rotate - <<<"$zeros";	is "token rotate, a secret" 0 out= 'requests=26 9=00*00'
run token rotate - <<<secret;	is "token rotate, no secret" 1 'err=*there is no key in it*'
run token rotate - more;	is "token rotate, too much" 2 "err=*'more' is too much*"
run token;			is "token, nothing" 2
run token burn;			is "token, unknown" 2

# --- boxes: rule, pinhole, box -------------------------------------------------------------------

run rule;		is "rule" 0 'requests=1 dump' \
	'out=*1 *3 *in eth?[[]2J0 out zone 7 from 10.1.0.0/16 to 192.0.2.7 proto tcp sport 1024-2048 dport 80  accept timeout 5m00s*' \
	'out=*5 *15 *name games.example auth 0x6b0079 *reject "not ?[[]1mhere"*' \
	'out=*4 *12 *- *redirect [[]2001:db8::80[]]:3128*'
run rule -j;		json "rule -j" '[r["id"] for r in d] == [1, 5, 4] and d[0]["timeout_ms"] == 300000 and
	d[1]["action"] == "reject" and d[2]["target"] == "[2001:db8::80]:3128" and d[2]["match"] == ""'
run rule add accept;	is "rule add" 0 out= 'requests=2 3=00'
run rule add in eth0 in zone 2 out wan from 10.0.0.0/8 to ::1 accept timeout 5m
is "rule add, sides and addresses" 0 \
	'requests=2 4=6574683000 5=02000000 6=77616e00 8=0a000000 9=08 10=00000000000000000000000000000001 3=00 19=e0930400'
run -v rule insert proto udp dport 53 sport 1-9 name www auth 0x00ff reject "no way"
is "rule insert" 0 out=6 'requests=2 2=00000000 12=11 15=3500 13=0100 14=0900 17=77777700 18=00ff 3=02 22=6e6f2077617900'
run rule insert before 5 auth key ask-host timeout 250ms;	is "rule insert before" 0 \
	'requests=2 2=05000000 18=6b6579 3=01 19=fa000000'
run rule add redirect 192.0.2.1:3128;	is "redirect, IPv4 with port" 0 'requests=2 3=03 20=c0000201 21=380c'
run rule add redirect 2001:db8::1;	is "redirect, IPv6" 0 'requests=2 3=03 20=20010db8*01'
run rule add redirect "[2001:db8::1]:80";	is "redirect, IPv6 with port" 0 'requests=2 3=03 20=20010db8*01 21=5000'
run rule del 5;		is "rule del" 0 'requests=3 1=05000000'
run rule flush;		is "rule flush" 0 'out=3 rules deleted' requests=4
for words in "" "in" "in zone x" "from 10.0.0.0/33" "from host" "dport 0" "dport 9-3" "dport 70000" "proto ip" \
	     "auth" "auth 0x0" "auth 0xgg" "accept timeout" "accept timeout 5y" "accept now" "dport 1 dport 2 accept" \
	     "redirect" "redirect 1.2.3.4:x" "perhaps" "dport 80" "in device-of-long-name accept"; do
	# shellcheck disable=SC2086 # words
	run rule add $words;	is "rule add $words: refused" 2 'err=*--help*'
done
run rule insert before x accept;	is "rule insert before nothing" 2
run rule del;		is "rule del what" 2
run rule burn;		is "rule, unknown" 2
KERNEL_MOOD=refuse run rule del 9;	is "rule del refused" 1 'err=cspctl: rule del 9: no such ?[[]31mrule'
KERNEL_MOOD=absent run rule
# shellcheck disable=SC2016 # backticks to be shown
is "no module for boxes" 1 'err=cspctl: the csp_mbox module is not loaded: run `modprobe csp_mbox`'

run pinhole;		is "pinhole" 0 'requests=5 dump' \
	'out=*0000000000001234  udp    open   10.1.0.1:4000  <->  192.0.2.7:53    10.0s     8.5s     2*asked*<-*'
run pinhole -j;		json "pinhole -j" 'd[0]["peer_cid"] == "0000000000001235" and d[0]["granted_ms"] == 10000 and
	d[1]["dir"] == "<-" and "peer_cid" not in d[1] and d[1]["state"] == "asked"'
run pinhole del 1234;	is "pinhole del" 0 'requests=6 1=0000000000001234'
run pinhole del 0x1234;	is "pinhole del, as in C" 0 'requests=6 1=0000000000001234'
run pinhole del 12345678901234567;	is "pinhole del, CID too long" 2 'err=*is no CID*'
run pinhole del xyz;	is "pinhole del, no CID" 2
run pinhole burn;	is "pinhole, unknown" 2
run pinhole monitor -n 1;	is "pinhole monitor" 0 'out=opened *udp *10.1.0.1:4000 <-> 192.0.2.7:53  cid 0000000000001234*'
KERNEL_MOOD=strange run pinhole;	is "pinhole, values of a later version" 0 'out=*77[?]*' err=
KERNEL_MOOD=strange run rule;	is "rule, values of a later version" 0 'out=*44[?]*' err=

run box;		is "box" 0 'out=NAME*enable *101 *0 *bool*linger *106 *10000 *ms*' requests=12
run box udp_timeout linger;	is "box NAME" 0 'out=102'$'\n''106'
run box -j;		json "box -j" 'd["enable"]["value"] == 101 and d["max_rules"]["unit"] == "rules"'
run box set enable 1 linger default;	is "box set" 0 'requests=13 1=01000000 6=10270000'
run box set enable;	is "box set without a value" 2
run box set linger soon;	is "box set, no number" 2
run box nonsense;	is "box, no such setting" 2
run box stats;		is "box stats" 0 'out=9 pinholes, 4 of them waiting; 3 rules*setups *12*' requests=14
[[ $out != *drops* ]];	ok $? "box stats without what is zero"
run box stats setups waiting;	is "box stats NAME" 0 'out=12'$'\n''4'

# --- monitor, status ----------------------------------------------------------------------------

run monitor -v -n 3
is "monitor" 0 'out=??:??:??.?????? created *10.0.0.1:40000 <-> 10.0.0.2:80 *peer-moved *moves 3*error policy: no "games"*' \
	$'err=listening\n3 events, none lost'
[[ $out != *[$'\x1b\x07']* && $out == *ä* ]]; ok $? "texts of others cannot control the terminal"
run monitor -n 1 rejected -j;	is "monitor -j EVENT" 0 err=
json "monitor -j" 'd["event"] == "rejected" and d["error"] == "policy" and d["time"] > 1e9 and
	d["text"].startswith("no \"games\" ?]0;here? ") and d["cid"] == "0000000000000003"'
KERNEL_MOOD=overrun run monitor -v -n 3
is "monitor, overrun" 0 'out=*events were lost*created*' 'err=*3 events, some lost'
KERNEL_MOOD=overrun run monitor -j -n 1
is "monitor -j, overrun" 0 'out={ "time": *, "event": "lost" }*"created"*'
KERNEL_MOOD=strange run monitor -n 1;	is "monitor, unknown event" 0 'out=*200[?] *'
run monitor dance;	is "no event" 2 'err=*created, established*'
run monitor -n 0;	is "no count" 2

run
is "status" 0 'out=csp *flows     3: 1 established, 1 moving, 1 plain*default_mode = prefer (default off)*in-malformed = 4*' err=
run -j status;		json "status -j" 'd["flows"]["moving"] == 1 and
	d["settings"] == {"default_mode": "prefer", "fallback": 400} and d["drops"] == {"in-malformed": 4}'
KERNEL_MOOD=troubled run -j status
json "status -j: what went wrong" '{"in-many", "limited-drop", "redirect-bad", "reject-auth", "relay-bad",
	"hidden-setup", "flood-bad", "change-lost", "flow-evicted", "peer-evicted"} <= set(d["drops"])'
json "status -j: and nothing else" 'not {"in-pkts", "setup-ok", "reject-out", "move-in", "validated",
	"relay-answered", "granted"} & set(d["drops"])'

"$build/cspctl-test" stats >/dev/full 2>"$scratch/err";	status=$?
err=$(<"$scratch/err") out='' requests=
is "full disk" 1 'err=*cannot write the output*'

# --- run ------------------------------------------------------------------------------------------

run run;		is "run what" 2
run run -m maybe true;	is "run, no mode" 2
run run --name "a b" true;	is "run, no name" 2 "err=*'a b' is no name*"
run run --token 0xzz true;	is "run, no token" 2 "err=*'0xzz' is no hexadecimal number*"
mount=$(awk '$0 ~ / - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
if [ -z "$mount" ]; then
	skip "run" "no cgroup2 is mounted"
elif probe=$(mktemp -d "$mount/cspctl-probe-XXXXXX" 2>/dev/null); then
	rmdir "$probe"
	left() { find "$mount" -name 'cspctl-*' -type d 2>/dev/null | wc -l; }
	before=$(left)
	# shellcheck disable=SC2016 # for the other shell
	run run -m require -- sh -c 'echo "$1"; grep ^0:: /proc/self/cgroup; exit 7' sh -j
	is "run: arguments, cgroup, exit status" 7 $'out=-j\n0::*/cspctl-??????' $'requests=18 1=* 2=02\n19 1=*' err=
	[ "$(left)" = "$before" ]; ok $? "run: the cgroup is gone"
	run run --name www.example.org --token secret true
	is "run: name and token" 0 $'requests=18 1=* 2=01 3=*00 4=736563726574\n19 1=*'
	run run nosuchcommand;	is "run: not found" 127 "err=*cannot run 'nosuchcommand': No such file*"
	run run /etc/passwd;	is "run: cannot be run" 126 'err=*Permission denied'
	run run sh -c 'kill -TERM $$';	is "run: ended by a signal" 143
	KERNEL_MOOD=refuse run run true;	is "run: rule refused" 125 'err=*rule for /*'
	[ "$(left)" = "$before" ]; ok $? "run: nothing left behind after that"

	"$build/cspctl-test" run sh -c 'trap "echo got it; exit 3" TERM; echo up; while :; do sleep 0.05; done' \
		>"$scratch/out" 2>"$scratch/err" &
	for ((i = 0; i < 100; i++)); do grep -qs up "$scratch/out" && break; sleep 0.05; done
	kill -TERM $!; wait $!; status=$?
	out=$(<"$scratch/out") err=$(<"$scratch/err")
	is "run: passes signals on" 3 $'out=up\ngot it'
	[ "$(left)" = "$before" ]; ok $? "run: nothing left behind after a signal"

	if unshare -m true 2>/dev/null; then
		cat >"$scratch/hidden" <<-END
			for m in \$(awk '/ - cgroup2 / { print \$5 }' /proc/self/mountinfo); do umount -l "\$m" || exit; done
			exec "$build/cspctl-test" run sh -c 'grep ^0:: /proc/self/cgroup; exit 3'
		END
		unshare -m sh "$scratch/hidden" >"$scratch/out" 2>"$scratch/err"; status=$?
		out=$(<"$scratch/out") err=$(<"$scratch/err")
		is "run: where no cgroup2 is mounted" 3 'out=0::*/cspctl-??????' err=
		[ "$(left)" = "$before" ]; ok $? "run: nothing left behind there"
	else
		skip "run: where no cgroup2 is mounted" "no mount namespace can be made"
	fi

	run run sh -c 'sleep 2 >/dev/null 2>&1 & echo $!'
	is "run: processes that live on" 0 'err=*processes live on in the cgroup */cspctl-*cgroup del*rmdir*'
	kill "$out" 2>/dev/null
	dir=${err##*rmdir } dir=${dir%'`'}
	for ((i = 0; i < 100; i++)); do rmdir "$dir" 2>/dev/null && break; sleep 0.05; done
	[ "$(left)" = "$before" ]; ok $? "run: their cgroup can be removed as told"
else
	skip "run" "no cgroup can be made in $mount"
fi

# --- rubbish from the kernel ----------------------------------------------------------------------

crashed=
for ((seed = 1; seed <= ${FUZZ_ROUNDS:-60}; seed++)); do
	for cmd in status 'flow -v' 'flow -j' 'conf -j' 'stats -z' 'stats -j' key peer 'peer -j' cgroup flood 'flood -j' rule 'rule -j' pinhole 'pinhole -j' box 'box stats' \
		   'monitor -n 3' 'monitor -j -n 3' 'flow move all' 'conf set fallback 5'; do
		# shellcheck disable=SC2086 # words
		KERNEL_SEED=$seed timeout 20 "$build/cspctl-test" $cmd >/dev/null 2>"$scratch/err"
		status=$?
		[ $status -le 1 ] || { crashed="cspctl $cmd with KERNEL_SEED=$seed: $status"; break 2; }
	done
done
ok "$([ -z "$crashed" ]; echo $?)" "rubbish from the kernel"
[ -z "$crashed" ] || { echo "# $crashed"; sed 's/^/# /' "$scratch/err"; }

# --- the real one ------------------------------------------------------------------------------------

"$build/cspctl" --version >/dev/null;	ok $? "the real one starts"

echo "1..$n"
exit $failed
