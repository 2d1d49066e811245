/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings, per network namespace: sysctls under net/csp/ and attributes of
 * the netlink command conf-set alike.
 *
 * CSP_CONF(identifier, default, min, max, "unit", "meaning").  The order is
 * that of the attributes in Documentation/netlink/specs/csp.yaml.
 *
 * No include guard: the list is expanded with several definitions of
 * CSP_CONF().
 */

CSP_CONF(default_mode, 0, 0, 2, "mode", "for sockets that do not say: 0 off, 1 prefer, 2 require")
CSP_CONF(fallback, 250, 1, 60000, "ms", "silence after which prefer goes on without signalling")
CSP_CONF(udp_encap, 1, 0, 2, "choice",
	 "signal over UDP: 0 never, 1 when native stays unanswered, 2 always")
CSP_CONF(udp_port, CSP_UDP_PORT_DEFAULT, 1, 65535, "port",
	 "UDP port of encapsulated signalling, here and at peers")
CSP_CONF(peer_ttl, 600, 1, 86400, "s", "how long a peer without CSP is remembered")
CSP_CONF(max_flows, 1048576, 1, 16777216, "flows", "connections signalled at once")
CSP_CONF(max_embryonic, 4096, 2, 1048576, "flows",
	 "accepted Setups whose transport is not connected yet")
CSP_CONF(max_peers, 65536, 1, 1048576, "peers", "remembered peers")
CSP_CONF(embryonic_timeout, 60000, 1000, 600000, "ms",
	 "life of an accepted Setup whose transport does not connect")
CSP_CONF(move_timeout, 180000, 1000, 86400000, "ms",
	 "how long a moved host asks its peer before it gives up")
CSP_CONF(auto_move, 1, 0, 1, "bool", "move connections when their local address goes away")
CSP_CONF(multihome, 0, 0, 1, "bool", "offer this host's other addresses to peers")
CSP_CONF(path_retries, 3, 1, 15, "count",
	 "retransmissions after which a path with an alternative counts as dead")
CSP_CONF(key_lifetime, 86400, 60, 31536000, "s",
	 "age at which the host key is replaced for new connections")
CSP_CONF(detach_delay, 20, 0, 1000, "ms", "how long a Detach waits for others to share its packet")
CSP_CONF(dh_rate, 1000, 1, 1000000, "1/s",
	 "Curve25519 operations for peers that have not echoed a nonce")
CSP_CONF(reply_rate, 1000, 1, 1000000, "1/s", "refusals and stateless answers to one source")
CSP_CONF(box_check, 5, 0, 3600, "s", "how often a box is asked whether it still knows a connection")
CSP_CONF(cookies, 1, 0, 2, "choice",
	 "have a Setup's sender echo a nonce first: 0 never, 1 under load, 2 always")
CSP_CONF(cookie_lifetime, 64, 1, 3600, "s",
	 "age at which the secret of those nonces is replaced; the former one is still good")
CSP_CONF(flood_rate, 0, 0, 1000000, "1/s",
	 "Setups of one source to one listener above which its gateway is asked to stop it; 0 any")
CSP_CONF(max_blocks, 256, 1, 65536, "blocks", "floods that gateways are asked to stop at once")
CSP_CONF(register_check, 30, 0, 3600, "s",
	 "how often an agent is asked if it still knows this host; 0 at half of the lifetime")
CSP_CONF(max_held, 65536, 1, 16777216, "packets", "packets that wait for an answer, at once")
CSP_CONF(max_old_paths, 65536, 1, 1048576, "names", "names that moves have given up, at once")
