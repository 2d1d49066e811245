# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh
#
# Work of the kernel that has to wait; beside lib.sh:
#
#	workers_wait		what is queued is done by the first processor only, where a
#				real-time process can keep it waiting
#	workers_go		it is done by any again; also when the scenario ends

workers=/sys/devices/virtual/workqueue/cpumask

workers_wait() {
	all_processors=$(cat $workers)
	trap 'workers_go; clean_up' EXIT
	echo 1 >$workers
}

workers_go() { echo "$all_processors" >$workers; }
