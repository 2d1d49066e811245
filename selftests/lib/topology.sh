# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Hosts, links, addresses; see lib.sh.

# shellcheck disable=SC2034 # used in observe.sh
declare -A link_end	# LINK -> host and device at which it is captured
# shellcheck disable=SC2034
declare -A name_of	# address -> its name in messages

# Not "ip netns exec": that mounts another /sys, without cgroups.
on() { nsenter --net="/run/netns/csp-$1" -- "${@:2}"; }

host() { # NAME...
	local h
	for h; do
		ip netns add "csp-$h"
		hosts+=("$h")
		ip -n "csp-$h" link set lo up
		# shellcheck disable=SC2016 # expanded over there
		on "$h" bash -c '
			cd /proc/sys/net
			for c in all default; do
				echo 0 >ipv6/conf/$c/accept_dad
				echo 0 >ipv6/conf/$c/router_solicitations
			done'
		[ ! -d /proc/sys/net/csp ] || patient "$h"
	done
}

# Once more where the module has been loaded again.
patient() { # HOST...
	local h
	for h; do conf "$h" fallback=5000 box_check=0 register_check=0; done
}

conf() { # HOST NAME=VALUE...
	local h=$1; shift
	on "$h" sysctl -q "${@/#/net.csp.}"
}

link() { # HOST:DEV HOST:DEV [NAME]
	local a=${1%:*} adev=${1#*:} b=${2%:*} bdev=${2#*:}
	ip link add "$adev" netns "csp-$a" type veth peer name "$bdev" netns "csp-$b"
	ip -n "csp-$a" link set "$adev" up
	ip -n "csp-$b" link set "$bdev" up
	link_end[${3:-$a-$b}]="$a $adev"
}

addr() { # HOST:DEV IP/LEN [NAME]
	local h=${1%:*} dev=${1#*:} ip=${2%/*} name=${3-} flags=()
	case $ip in
	*:*)	name=${name:-${h}6} flags=(nodad) ;;
	*)	name=${name:-$h} ;;
	esac
	ip -n "csp-$h" addr add "$2" dev "$dev" "${flags[@]}"
	name_of[$ip]=$name
}

# An address that somebody has, or will have, without being given it by addr.
named() { name_of["$1"]=$2; }	# IP NAME

delay() { # HOST:DEV TIME [NETEM...]
	on "${1%:*}" tc qdisc replace dev "${1#*:}" root netem limit 100000 delay "${@:2}"
}

lost_packets() { # HOST:DEV
	[[ $(on "${1%:*}" tc -s qdisc show dev "${1#*:}") =~ dropped\ ([0-9]+) ]] &&
		echo "${BASH_REMATCH[1]}"
}

listening() { on "$1" ss -tlnHO | grep -q ":$2 "; }	# HOST PORT

firewall() { # HOST, rules on stdin
	{ echo "table inet test {"; cat; echo "}"; } | on "$1" nft -f -
}

no_firewall() { on "$1" nft delete table inet test; }	# HOST

# No signalling gets in, neither natively nor over UDP; the rest does.
deaf() { # HOST
	firewall "$1" <<-END
		chain in {
			type filter hook input priority raw;
			ip protocol 253 drop
			udp dport 4253 drop
		}
	END
}

# Packets that "counter NAME {}" of a firewall has counted.
hits() { # HOST NAME
	[[ $(on "$1" nft list counter inet test "$2") =~ packets\ ([0-9]+) ]] &&
		echo "${BASH_REMATCH[1]}"
}
hits_are() { [ "$(hits "$1" "$2")" = "$3" ]; }	# HOST NAME N

# A 10.0.0.1, fd00::1 --- B 10.0.0.2, fd00::2
two_hosts() {
	host A B
	link A:eth0 B:eth0
	addr A:eth0 10.0.0.1/24
	addr B:eth0 10.0.0.2/24
	addr A:eth0 fd00::1/64
	addr B:eth0 fd00::2/64
}

router() { # NAME...
	local r
	for r; do
		host "$r"
		on "$r" sysctl -q net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	done
}

default_via() { # HOST GATEWAY...
	local g
	for g in "${@:2}"; do ip -n "csp-$1" route replace default via "$g"; done
}

# A 10.0.1.1, fd00:1::1 --- to-a R to-b --- B 10.0.2.2, fd00:2::2
#
# On A's link R has 10.0.N.254 and fd00:N::fe for N = 1, 3 and 4, so that A can
# go to another subnet; on B's for N = 2, 5 and 6.  TIME is the delay one way.
routed() { # [TIME]
	local n
	host A B
	router R
	link A:eth0 R:to-a
	link B:eth0 R:to-b
	for n in 1 3 4; do
		ip -n csp-R addr add 10.0.$n.254/24 dev to-a
		ip -n csp-R addr add fd00:$n::fe/64 dev to-a nodad
	done
	for n in 2 5 6; do
		ip -n csp-R addr add 10.0.$n.254/24 dev to-b
		ip -n csp-R addr add fd00:$n::fe/64 dev to-b nodad
	done
	addr A:eth0 10.0.1.1/24
	addr A:eth0 fd00:1::1/64
	addr B:eth0 10.0.2.2/24
	addr B:eth0 fd00:2::2/64
	default_via A 10.0.1.254 fd00:1::fe
	default_via B 10.0.2.254 fd00:2::fe
	[ -z "${1-}" ] || { delay R:to-a "$1"; delay R:to-b "$1"; }
}

# All addresses of one family go, and another comes.
roam() { # HOST:DEV IP/LEN GATEWAY [NAME]
	local h=${1%:*} dev=${1#*:} family=-4
	[[ $2 != *:* ]] || family=-6
	ip -n "csp-$h" "$family" addr flush dev "$dev" scope global
	addr "$1" "$2" "${4-}"
	default_via "$h" "$3"
}
