#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The socket options: which arguments are taken and which are not, at which time, and
# that what they say travels in the Setup.
. "$(dirname "$0")/../lib/lib.sh"

plan 64

two_hosts
listener server B tcp 0.0.0.0 80 prefer
sock s A

ip=0 ipv6=41
enable=2530 info=2531 last_reject=2532 timeout=2533 auth=2534 name=2535 pref=2536 expect=2537
refresh=2539 direction=2540
tcp_ulp=31 addrform=1

fresh() { tell s socket "${1:-tcp}" "${2:-4}"; }	# PROTO FAMILY
bytes() { printf "${2:-61}%.0s" $(seq "$1"); }		# N [HEX]

takes() { # TEXT LEVEL NAME HEX
	ok "$1" tell s setopt "${@:2}"
}
refuses() { # TEXT ERRNO LEVEL NAME HEX
	tell s setopt "${@:3}" || true
	is "$1" "$(field error)" "$2"
}
gives() { # TEXT LEVEL NAME LEN PATTERN
	tell s getopt "${@:2:3}" || true
	is "$1" "$(field value)$(field error)" "$5"
}

# --- CSP_ENABLE -----------------------------------------------------------------------------

fresh
gives "off at first" $ip $enable 4 00000000
gives "CSP_INFO of a socket that is not flagged" $ip $info 4 00000000
takes "prefer" $ip $enable 01000000
gives "reads back" $ip $enable 4 01000000
takes "require" $ip $enable 02000000
gives "reads back too" $ip $enable 4 02000000
gives "CSP_INFO has the mode" $ip $info 3 000200
takes "off" $ip $enable 00000000
gives "reads back as well" $ip $enable 4 00000000
refuses "no mode 3" EINVAL $ip $enable 03000000
refuses "no mode -1" EINVAL $ip $enable ffffffff
refuses "three bytes" EINVAL $ip $enable 010000
refuses "no bytes" EINVAL $ip $enable -
takes "more bytes than needed" $ip $enable 0100000000000000
fresh tcp 6
takes "an IPv6 socket, by SOL_IPV6" $ipv6 $enable 01000000
gives "reads back" $ipv6 $enable 4 01000000
fresh udp
takes "a UDP socket" $ip $enable 01000000
fresh udp 6
takes "over IPv6" $ipv6 $enable 01000000
ok "connected, over IPv4" tell s connect 10.0.0.2 5000
refuses "it stays one of IPv6" EBUSY $ipv6 $addrform 02000000
fresh udp 6
ok "a plain one, connected over IPv4" tell s connect 10.0.0.2 5000
takes "becomes one of IPv4" $ipv6 $addrform 02000000
refuses "and stays plain" EBUSY $ip $enable 01000000
fresh raw
refuses "no raw socket" EOPNOTSUPP $ip $enable 01000000
gives "nor to be asked" $ip $enable 4 EOPNOTSUPP
fresh
tell s bind 0.0.0.0 7000
tell s listen
refuses "no socket that listens" EINVAL $ip $enable 01000000

# --- the others -----------------------------------------------------------------------------------

fresh
refuses "CSP_TIMEOUT needs CSP_ENABLE" EINVAL $ip $timeout 10270000
takes "CSP_ENABLE" $ip $enable 01000000
takes "CSP_TIMEOUT" $ip $timeout 10270000
refuses "with three bytes" EINVAL $ip $timeout 102700
refuses "with five" EINVAL $ip $timeout 1027000000
takes "CSP_AUTH, the longest" $ip $auth "$(bytes 64)"
refuses "longer" EINVAL $ip $auth "$(bytes 65)"
refuses "empty" EINVAL $ip $auth -
takes "CSP_NAME, the longest" $ip $name "$(bytes 253)"
refuses "longer" EINVAL $ip $name "$(bytes 254)"
refuses "empty" EINVAL $ip $name -
refuses "with a space" EINVAL $ip $name 6120
refuses "with more than ASCII" EINVAL $ip $name 61c3a4
takes "CSP_EXPECT" $ip $expect "$(bytes 20 00)"
refuses "too short" EINVAL $ip $expect "$(bytes 19 00)"
refuses "of an unknown family" EINVAL $ip $expect "0700$(bytes 18 00)"
takes "CSP_REFRESH" $ip $refresh 01000000
takes "and not" $ip $refresh 00000000
refuses "too short" EINVAL $ip $refresh 0100
takes "CSP_DIRECTION, both" $ip $direction 00000000
refuses "TCP has no other" EOPNOTSUPP $ip $direction 01000000
refuses "the other way is no option" EINVAL $ip $direction 02000000
refuses "CSP_PREF needs a connection" ENOTCONN $ip $pref 64000000
refuses "and no more than 200" EINVAL $ip $pref c9000000
refuses "CSP_INFO is read only" ENOPROTOOPT $ip $info "$(bytes 64 00)"
refuses "CSP_LAST_REJECT too" ENOPROTOOPT $ip $last_reject "$(bytes 64 00)"
gives "CSP_AUTH is write only" $ip $auth 64 ENOPROTOOPT
refuses "no other option" ENOPROTOOPT $ip 2549 01000000
gives "to read either" $ip 2549 4 ENOPROTOOPT
gives "nothing was rejected" $ip $last_reject 8 0000000000000000
tell s getopt $ip $last_reject 1000
is "CSP_LAST_REJECT is as long as its structure" "$(field len)" 152
tell s getopt $ip $info 1000
is "and CSP_INFO" "$(field len)" 56

# --- what they say ------------------------------------------------------------------------------------

capture A-B
takes "a name" $ip $name 622e6578616d706c65
ok "a connection" tell s connect 10.0.0.2 80
ok "its Setup has all of it" expect_messages A-B <<-END
	A > B: Setup(TCP, A,* <-> B,80, name = b.example, Timeout=10s) + Auth + SYN
	B > A: OK*
END
refuses "kernel TLS would be in the way" EOPNOTSUPP 6 $tcp_ulp 746c73
fresh
tell s connect 10.0.0.2 80
takes "a plain connection can have it" 6 $tcp_ulp 746c73
refuses "and then no CSP_ENABLE" EBUSY $ip $enable 01000000
