#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module goes when nobody uses it, says "in use" while somebody does, and takes with
# it whatever is under way.  So does a network namespace.
. "$(dirname "$0")/../lib/lib.sh"

plan 20

in_use() { ! rmmod csp 2>"$tmp/rmmod" && grep -q 'in use' "$tmp/rmmod"; }
# What is left of a socket goes by RCU and works.
unloads() { wait_for -t 100 rmmod csp && modprobe csp && patient "${hosts[@]}"; }

ok "unused, it can be unloaded" unloads
two_hosts
ok "and while there are hosts" unloads

sock client A
tell client socket tcp 4
tell client csp prefer
ok "a flagged socket keeps it" in_use
tell client csp off
ok "also when it is off again" in_use
tell client close
ok "a closed one does not" unloads

listener server B tcp 0.0.0.0 80 prefer
dial client A tcp 10.0.0.2 80 prefer
ok "a connection keeps it" in_use
tell client reset
ok "and so does the listener" in_use
quit client server
ok "nobody does when both are gone" unloads

conf A default_mode=1
conf B default_mode=1
ctl A cgroup add / prefer
ok "neither do settings and rules" unloads

# Sockets that the default would flag now must not be: nothing holds the module any more.
conf A default_mode=1
listener server B tcp 0.0.0.0 80
on A "$lib/late.py" 10.0.0.2 80 >"$tmp/late" &
daemons+=($!)
wait_for grep -q ready "$tmp/late"
ok "it goes while connections begin" wait_for -t 100 rmmod csp
ok "they are plain, and outlive it" wait "${daemons[-1]}"
quit server
modprobe csp
patient "${hosts[@]}"

# --- with things under way -----------------------------------------------------------------------

listener server B tcp 0.0.0.0 80 prefer
dial client A tcp 10.0.0.2 80 prefer
deaf B
tell client reset
is "a Detach is under way" "$(ctl A -j flow | jq -r '.[0].state')" detaching
quit client server
ok "it does not keep the module" unloads

client client A tcp 10.0.0.2 80 prefer
tell client begin 10.0.0.2 80
is "a Setup is under way" "$(state client)" setup
quit client
ok "it does not keep the module, without its socket" unloads
client client A udp6 10.0.0.2 5000 prefer
connect client
ok "one of UDP remains one of IPv6" not tell client setopt 41 1 02000000
tell client send 100
quit client
ok "nor does one of UDP" unloads
no_firewall B

# --- a namespace goes ------------------------------------------------------------------------------

listener server B tcp 0.0.0.0 80 prefer
dial client A tcp 10.0.0.2 80 prefer
tell server accept
say client trade 1000M
say server trade 1000M
flowing() { [ "$(progress client)" -gt 1000000 ]; }
ok "data flows" wait_for flowing
ip netns delete csp-A
hosts=(B)
quit client
ok "one end's namespace goes; the other's is well" wait_for ctl B stats flows
ip netns delete csp-B
hosts=()
quit server
ok "both are gone" unloads
